extension Config {
    /// `[session]`: for tests; lowers how long session keys live, never raises it.
    public struct Session: Equatable, Sendable {
        /// Age at which the initiator rekeys (protocol.md §1.7 rule 5): 1…120 s.
        public internal(set) var rekeyAfter = Duration.seconds(120)
        /// Packets sent at which either side rekeys: 64…2^20.
        public internal(set) var rekeyPackets = 1 << 20
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}
