/// The fields of M1, M2 and M3; the mac covers all bytes before it (protocol.md §1.3).
public enum HandshakeLayout {
    /// M1.
    public enum Initiation {
        public static let size = 1232
        public static let header = 0..<8
        /// e_i, an X25519 public key.
        public static let ephemeral = 8..<40
        /// e1, an ML-KEM-768 encapsulation key.
        public static let encapsulationKey = 40..<1224
        public static let mac = 1224..<1232
    }

    /// M2.
    public enum Response {
        public static let size = 1188
        public static let header = 0..<12
        /// e_r, an X25519 public key.
        public static let ephemeral = 12..<44
        /// ekem1: the ML-KEM-768 ciphertext, sealed, with its tag.
        public static let ciphertext = 44..<1148
        /// Capabilities, sealed, with their tag.
        public static let capabilities = 1148..<1180
        public static let mac = 1180..<1188
    }

    /// M3.
    public enum Finish {
        public static let size = 96
        public static let header = 0..<8
        /// s_i, the initiator's public key, sealed, with its tag.
        public static let identity = 8..<56
        /// Capabilities, sealed, with their tag.
        public static let capabilities = 56..<88
        public static let mac = 88..<96
    }
    /// The answer to an M1 without a cookie, from a station under load.
    public enum CookieReply {
        public static let size = 56
        public static let header = 0..<8
        /// n, from which the key of the seal follows.
        public static let nonce = 8..<24
        /// The cookie, sealed, with its tag.
        public static let cookie = 24..<56
    }
}
