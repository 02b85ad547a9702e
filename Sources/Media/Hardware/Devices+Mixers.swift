package import Config
internal import Files
internal import HAL
package import Station
package import Time

/// What the mixers of both cards let through.
extension Devices {
    /// Follows both mixers, once a second.
    ///
    /// - Parameters:
    ///   - audio: Which controls are meant.
    ///   - soundAt: When more than a muted card gives came of the microphone last; nil while its
    ///     card moves no sound.
    ///   - now: The time.
    package mutating func followMixers(_ audio: Config.Audio, soundAt: Instant?, at now: Instant) {
        silentSpeaker = speakerMixer.look(cards.output, audio.mixerOutput, at: now)
        let control = microphoneMixer.look(cards.input, audio.mixerInput, at: now)
        if let found = speakerMixer.chosen { cards.set(found, .playback, at: now) }
        if let found = microphoneMixer.chosen { cards.set(found, .capture, at: now) }
        silentMicrophone = control.flatMap {
            MicrophoneWatch.isSilent(behind: $0.isMuted, soundAt: soundAt, at: now) ? $0 : nil
        }
    }

    /// Whether anything can come of the microphone, as far as its card is concerned.
    package func microphoneFacts(isMuted: Bool) -> MicrophoneWatch.Facts {
        MicrophoneWatch.Facts(
            isMuted: isMuted, isWanted: cards.input.isWanted, isOpen: cards.input.isOpen,
            isCardMuted: silentMicrophone != nil)
    }
}
