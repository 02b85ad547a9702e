public import Audio

extension Config {
    /// `[audio]`: the sound cards and what is done with their sound.
    public struct Audio: Equatable, Sendable {
        public enum Duplex: Equatable, Sendable { case half, full, auto }
        public enum Jitter: Equatable, Sendable { case low, normal, robust }
        /// What a control of the card's mixer is set to when the card is opened.
        public enum Volume: Equatable, Sendable {
            /// As it is.
            case keep
            case mute
            /// Of the control's range, 0…100; unmutes too.
            case percent(Int)
        }
        public enum Echo: Equatable, Sendable { case off, on, auto }
        public enum NoiseSuppression: Equatable, Sendable { case off, low, high }

        public internal(set) var input = DeviceName.auto
        public internal(set) var output = DeviceName.auto
        /// What the four below are unless they are set by hand.
        public internal(set) var profile = Profile.voice
        /// What the card moves at once: 2.5…20 ms.
        public internal(set) var period = Duration.milliseconds(5)
        /// Periods in the card's buffer: 2…8.
        public internal(set) var periods = 3
        /// Bits a second, within `profile.bitrates`.
        public internal(set) var bitrate = Profile.voice.settings.bitrate
        public internal(set) var duplex = Duplex.auto
        /// Half duplex: the speaker comes back this long after one's own talk; 0…2 s.
        public internal(set) var rxHold = Duration.milliseconds(150)
        /// Whether the loudspeaker is taken out of the microphone's sound; `auto` does so where
        /// both may sound at once.
        public internal(set) var echo = Echo.off
        public internal(set) var noiseSuppression = NoiseSuppression.off
        /// Whether speech is brought to one loudness.
        public internal(set) var controlsGain = false
        public internal(set) var jitter = Jitter.normal
        /// The longest playout delay: 40…240 ms.
        public internal(set) var jitterMax = Duration.milliseconds(240)
        /// The speaker's and the microphone's control by name; nil is the usual one of the card.
        public internal(set) var mixerOutput: String?
        public internal(set) var mixerInput: String?
        public internal(set) var volume = Volume.keep
        public internal(set) var micVolume = Volume.keep
        /// What others are turned down by while somebody of higher priority speaks: -40…0 dB.
        public internal(set) var duck = -12.0
        public internal(set) var origin = Origin(file: "", line: 1)

        /// The period in samples of 48 kHz, rounded to the nearest.
        public var periodSamples: Int {
            Int((period.components.attoseconds / 1_000_000_000 * 48 + 500_000) / 1_000_000)
        }
    }
}
