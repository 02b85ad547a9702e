extension Config {
    /// `[events]`: what else hears of events.
    public struct Events: Equatable, Sendable {
        /// A program that is run at each, by its whole path; nil: none.
        public internal(set) var program: String?
        public internal(set) var origin = Origin(file: "", line: 1)
        public internal(set) var programOrigin = Origin(file: "", line: 1)
    }
}

extension Config.Events {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        programOrigin = reader.place(of: "on-event")
        if let program = reader.value("on-event", Self.program) { self.program = program }
        reader.finish()
    }

    private static func program(_ text: String) -> Parsed<String?> {
        if text == "none" { return .value(nil) }
        guard text.utf8.first == UInt8(ascii: "/") else {
            return .wrong("\(quoted(text)) must be a program's whole path, or none")
        }
        return .value(text)
    }

    var section: EffectiveSection {
        EffectiveSection("events", [("on-event", program ?? "none")])
    }
}
