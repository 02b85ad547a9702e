extension Config {
    /// `[session]`: for tests; shortens the life of session keys, and never lengthens it.
    public struct Session: Equatable, Sendable {
        /// Age at which the initiator rekeys (protocol.md §1.7 rule 5).
        public internal(set) var rekeyAfter = Duration.seconds(120)
        /// Packets sent at which either side rekeys.
        public internal(set) var rekeyPackets = 1 << 20
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Session: ConfigSection {
    static var settings: [Setting<Self>] {
        // The upper bounds are the protocol's own.
        let ordinary = Self()
        return [
            Setting(
                "rekey-after", .time(in: .seconds(1)...ordinary.rekeyAfter),
                { $0.rekeyAfter }, { $0.rekeyAfter = $1 }),
            Setting(
                "rekey-packets", .integer(in: 64...ordinary.rekeyPackets),
                { $0.rekeyPackets }, { $0.rekeyPackets = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) { origin = section.origin }
}
