extension Config {
    /// `[relay NAME]`: a line that switches something for a moment, such as a door.
    public struct Relay: Equatable, Sendable {
        public internal(set) var name = ""
        /// A line name ("GPIO24") or "gpiochip0/24".
        public internal(set) var line = ""
        /// The level that switches it on.
        public internal(set) var active = Active.high
        /// How long it stays on.
        public internal(set) var pulse = Duration.seconds(3)
        public internal(set) var origin = Origin.nowhere
        public internal(set) var lineOrigin = Origin.nowhere

        public var isActiveLow: Bool { active == .low }
    }
}

extension Config.Relay: NamedSection {
    static var settings: [Setting<Self>] {
        [
            .line(
                for: .relay, such: "GPIO24", { $0.line }, { $0.line = $1.text },
                at: { $0.lineOrigin = $1 }),
            Setting("active", .cases, { $0.active }, { $0.active = $1 }),
            Setting(
                "pulse", .time(in: .milliseconds(100) ... .seconds(30)),
                { $0.pulse }, { $0.pulse = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        name = section.name
        origin = section.origin
        lineOrigin = section.origin
    }
}
