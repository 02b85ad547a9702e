extension Config {
    /// `[lamp NAME]`: one line that shows a state.
    public struct Lamp: Equatable, Sendable {
        public enum Show: String, CaseIterable, Sendable {
            case talking, receiving, listening, recording, ringing, missed, message, calling, dnd
            case fault, unpaired
        }

        public internal(set) var name = ""
        /// A line name ("GPIO23"), "gpiochip0/23" or "led:NAME".
        public internal(set) var line = ""
        /// The level of a lit lamp.
        public internal(set) var active = Active.high
        public internal(set) var show = Show.talking
        public internal(set) var origin = Origin.nowhere
        public internal(set) var lineOrigin = Origin.nowhere

        public var isActiveLow: Bool { active == .low }
        /// Whether the lamp is an LED of the kernel, which has no level.
        var isLED: Bool { line.hasPrefix(LineText.ledMark) }
    }
}

extension Config.Lamp: NamedSection {
    static var settings: [Setting<Self>] {
        let shown = Form<Show>.cases
        return [
            .line(
                for: .lamp, such: "GPIO23", { $0.line }, { $0.line = $1.text },
                at: { $0.lineOrigin = $1 }),
            Setting("active", .cases, { $0.active }, { $0.active = $1 })
                .unless { $0.isLED ? "has no use with an LED of the kernel's" : nil },
            Setting("show", shown, { $0.show }, { $0.show = $1 })
                .required(such: shown.allowed.text),
        ]
    }

    mutating func begin(_ section: INI.Section) { lineOrigin = section.origin }
}

extension Config {
    /// `[relay NAME]`: a line that switches something for a moment, such as a door.
    public struct Relay: Equatable, Sendable {
        public internal(set) var name = ""
        /// A line name ("GPIO24") or "gpiochip0/24".
        public internal(set) var line = ""
        /// The level that switches the relay on.
        public internal(set) var active = Active.high
        /// How long the relay stays on.
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

    mutating func begin(_ section: INI.Section) { lineOrigin = section.origin }
}
