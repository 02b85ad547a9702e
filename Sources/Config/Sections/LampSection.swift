extension Config {
    /// `[lamp NAME]`: one line that shows a state.
    public struct Lamp: Equatable, Sendable {
        public enum Show: String, CaseIterable, Sendable {
            case talking, receiving, listening, ringing, missed, calling, dnd, fault, unpaired
        }

        public internal(set) var name: String
        /// A line name ("GPIO23"), "gpiochip0/23" or "led:NAME".
        public internal(set) var line = ""
        public internal(set) var active = Active.high
        public internal(set) var show = Show.talking
        public internal(set) var origin: Origin
        public internal(set) var lineOrigin: Origin

        public var isActiveLow: Bool { active == .low }
    }
}
