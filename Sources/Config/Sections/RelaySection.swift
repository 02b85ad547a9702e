extension Config {
    /// `[relay NAME]`: a line that switches something for a moment, such as a door.
    public struct Relay: Equatable, Sendable {
        public internal(set) var name: String
        /// A line name ("GPIO24") or "gpiochip0/24".
        public internal(set) var line = ""
        /// The level that switches it on.
        public internal(set) var active = Active.high
        /// How long it stays on: 0.1…30 s.
        public internal(set) var pulse = Duration.seconds(3)
        public internal(set) var origin: Origin
        public internal(set) var lineOrigin: Origin

        public var isActiveLow: Bool { active == .low }
    }
}

extension Config.Relay {
    init(_ reader: inout SectionReader) {
        name = reader.section.name
        origin = reader.origin
        lineOrigin = reader.origin
        if let line = reader.line(for: .relay, hint: "line = GPIO24", at: &lineOrigin) {
            self.line = line.text
        }
        if let active = reader.choice("active", [("low", Config.Active.low), ("high", .high)]) {
            self.active = active
        }
        let range = Duration.milliseconds(100)...Duration.seconds(30)
        if let pulse = reader.duration("pulse", in: range) { self.pulse = pulse }
        reader.finish()
    }

    var section: EffectiveSection {
        EffectiveSection(
            "relay", name: name,
            [
                ("line", line), ("active", active == .low ? "low" : "high"),
                ("pulse", Quantity.text(pulse)),
            ])
    }
}
