extension Config {
    /// `[sounds]`: what the station says without words.
    public struct Sounds: Equatable, Sendable {
        /// What is heard when somebody calls.
        public enum Ring: Equatable, Sendable {
            case chime
            /// A WAV file, by its whole path.
            case file(String)
        }

        public enum Permit: Equatable, Sendable { case off, tone }

        public internal(set) var ring = Ring.chime
        /// How loud they are where `intercomctl volume` says 100, in per cent.
        public internal(set) var ringVolume = 100
        public internal(set) var tonesVolume = 100
        public internal(set) var pageVolume = 100
        /// Whether a tone says that the channel is open, or that nobody hears.
        public internal(set) var permit = Permit.off
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}

extension Config.Sounds {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        if let ring = reader.value("ring", Self.parseRing) { self.ring = ring }
        if let volume = reader.value("ring-volume", Self.percent) { ringVolume = volume }
        if let volume = reader.value("tones-volume", Self.percent) { tonesVolume = volume }
        if let volume = reader.value("page-volume", Self.percent) { pageVolume = volume }
        if let permit = reader.choice("permit", [("off", Permit.off), ("tone", .tone)]) {
            self.permit = permit
        }
        reader.finish()
    }

    private static func parseRing(_ text: String) -> Parsed<Ring> {
        if text == "chime" { return .value(.chime) }
        guard text.hasPrefix("/"), text.utf8.count > 1 else {
            return .wrong("\(quoted(text)) must be chime, or the whole path of a WAV file")
        }
        return .value(.file(text))
    }

    private static func percent(_ text: String) -> Parsed<Int> {
        let digits = text.utf8.last == UInt8(ascii: "%") ? String(text.dropLast()) : text
        guard case .value(let percent) = Quantity.integer(digits), (0...100).contains(percent)
        else { return .wrong("\(quoted(text)) must be 0% to 100%") }
        return .value(percent)
    }

    var section: EffectiveSection {
        let ring =
            switch ring {
            case .chime: "chime"
            case .file(let path): path
            }
        return EffectiveSection(
            "sounds",
            [
                ("ring", ring), ("ring-volume", "\(ringVolume)%"),
                ("tones-volume", "\(tonesVolume)%"), ("page-volume", "\(pageVolume)%"),
                ("permit", permit == .tone ? "tone" : "off"),
            ])
    }
}
