internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Storage
internal import Switchboard
internal import Time

/// Why this station's own microphone gives nothing: its listeners hear silence, and cannot know.
extension ControlLoop {
    /// Follows the mixers of both cards.
    mutating func followMixers() {
        devices.followMixers(
            config.audio, soundAt: isCapturing ? microphoneSoundAt : nil, at: now)
        let facts = microphoneFacts
        guard feed({ board, _, _ in board.lookAtMicrophone(facts) }) else { return }
        tellVolumes()
        judgeAnew()
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
        switch switchboard.microphoneSilence(microphoneFacts) {
        case nil: nil
        case .muted: .microphoneMuted
        case .lost: .microphoneLost
        case .cardMuted: .microphoneCardMuted
        }
    }

    private var microphoneFacts: MicrophoneWatch.Facts {
        devices.microphoneFacts(isMuted: keeper.state.isMicrophoneMuted)
    }
}
