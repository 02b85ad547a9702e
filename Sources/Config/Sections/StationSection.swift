extension Config {
    /// `[station]`: who this is.
    public struct Station: Equatable, Sendable {
        /// Required; empty only before the checks.
        public internal(set) var name = ""
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}
