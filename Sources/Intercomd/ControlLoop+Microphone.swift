internal import Config
internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Station
internal import Switchboard
internal import Time

/// Why this station's own microphone gives nothing: its listeners hear silence, and cannot know.
extension ControlLoop {
    /// A microphone whose card is muted gives nothing for so long; an open one has a room's noise.
    ///
    /// It tells a control that is off from one that is off and not the microphone's own, such as
    /// that of an input that nobody uses.
    private static var mutedMin: Duration { .milliseconds(250) }

    /// Follows the mixers of both cards.
    mutating func followMixers() {
        view.silentSpeaker = speakerMixer.look(
            cards.output, config.audio.mixerOutput, at: now)
        let control = microphoneMixer.look(cards.input, config.audio.mixerInput, at: now)
        view.silentMicrophone = control.flatMap { isSilent(behind: $0) ? $0 : nil }
        let silence = microphoneSilence
        guard silence != view.silence else { return }
        view.silence = silence
        tellVolumes()
        judgeAnew()
    }

    /// Whether what the microphone gives is as little as its control lets through.
    private func isSilent(behind control: CardControl) -> Bool {
        guard isCapturing else { return control.isMuted == true }
        return now - microphoneSoundAt >= Self.mutedMin
    }

    /// When more than a muted card gives came of the microphone last.
    private var microphoneSoundAt: Instant {
        Instant(nanoseconds: Int64(rings.counters[.microphoneSoundAt]))
    }

    /// Since when nothing comes of it, where that is known from its sound.
    var silentSince: Instant? {
        microphoneSilence == .microphoneCardMuted ? microphoneSoundAt : nil
    }

    /// Nil where sound comes of it, as far as is known.
    var microphoneSilence: Obstacle? {
        if keeper.state.isMicrophoneMuted { return .microphoneMuted }
        guard cards.input.isWanted else { return nil }
        if !cards.input.isOpen || view.still.capture != nil { return .microphoneLost }
        return view.silentMicrophone == nil ? nil : .microphoneCardMuted
    }

    /// A talk goes on, and nothing comes of its microphone.
    var microphoneHindrances: [Hindrance] {
        let open = view.talkingSince.keys.filter { $0 != Int(TalkTarget.announcement) }
        guard let obstacle = microphoneSilence, !open.isEmpty else { return [] }
        let silence = HeardBy.Reason(obstacle)
        return [
            Hindrance(
                .there, silence, "nobody hears this station now: \(silence.wordsHere)",
                silence.remedy)
        ]
    }
}
