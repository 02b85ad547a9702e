extension Config {
    /// `[network]`: where datagrams come and go.
    public struct Network: Equatable, Sendable {
        /// UDP, 1…65535.
        public internal(set) var port: UInt16 = 5577
        public internal(set) var portOrigin = Origin(file: "", line: 1)
        /// A numeric address; nil means any.
        public internal(set) var listen: String?
        /// Differentiated services code point, 0…63; 46 is expedited forwarding (RFC 3246).
        public internal(set) var dscp: UInt8 = 46
        public internal(set) var origin = Origin(file: "", line: 1)
    }
}
