extension Config {
    /// `[call]`: how calls go.
    public struct Call: Equatable, Sendable {
        /// How long it rings: 1…30 s.
        public internal(set) var ringTime = Duration.seconds(30)
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}

extension Config.Call {
    mutating func read(_ reader: inout SectionReader) {
        origin = reader.origin
        if let time = reader.duration("ring-time", in: .seconds(1)...Duration.seconds(30)) {
            ringTime = time
        }
        reader.finish()
    }

    var section: EffectiveSection {
        EffectiveSection("call", [("ring-time", Quantity.text(ringTime))])
    }
}
