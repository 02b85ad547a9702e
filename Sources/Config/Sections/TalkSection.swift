extension Config {
    /// `[talk]`: what every talk key does.
    public struct Talk: Equatable, Sendable {
        /// Sound kept from before the key went down: 0…200 ms; 0 closes the microphone when idle.
        public internal(set) var preroll = Duration.milliseconds(200)
        /// Sound sent after the key went up: 0…2 s.
        public internal(set) var tail = Duration.milliseconds(150)
        /// A jammed key stops here: 1 s…1 h.
        public internal(set) var maxTalk = Duration.seconds(120)
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}
