extension Config {
    /// `[peer NAME]`: another station.
    public struct Peer: Equatable, Sendable {
        /// Where the pre-shared key is; never the key itself.
        public enum PSK: Equatable, Sendable {
            case none
            /// A file of the keys directory, by its bare name.
            case file(String)
            /// A systemd credential of the service.
            case credential(String)
        }

        public internal(set) var name: String
        /// Tried in turn; empty means that it calls us.
        public internal(set) var addresses: [PeerAddress] = []
        /// `intercom1:…` of protocol.md §4.2, its form checked, its check characters not.
        public internal(set) var key = ""
        public internal(set) var psk = PSK.none
        /// The 24 digits of the key's fingerprint in groups of four, as a person has compared
        /// them; empty where nobody has.
        public internal(set) var verified = ""
        /// 1 is AES-256-GCM, 2 is ChaCha20-Poly1305; `auto` is 1.
        public internal(set) var suite: UInt8 = 1
        /// Decibels: -40…+20.
        public internal(set) var gain = 0.0
        /// Whether its sound is received, yet not played.
        public internal(set) var isMuted = false
        /// Over whom one's own sound to it alone is heard.
        public internal(set) var priority = Priority.normal
        /// Whether it came from the state directory.
        public internal(set) var isLearned = false
        public internal(set) var origin: Origin
        public internal(set) var keyOrigin: Origin
        public internal(set) var pskOrigin: Origin
        public internal(set) var verifiedOrigin: Origin

        public var isVerified: Bool { !verified.isEmpty }
    }
}
