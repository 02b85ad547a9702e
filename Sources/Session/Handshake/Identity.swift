internal import Crypto
internal import Wire

/// This station in a handshake: its static key and its capabilities.
struct Identity: ~Copyable {
    let secret: Key
    let publicKey: PublicKey
    /// The mac of the handshakes that other stations start.
    let mac: HandshakeMAC
    let capabilities: Capabilities

    init(secret: consuming Key, bootID: UInt64) {
        publicKey = X25519.publicKey(of: secret)
        self.secret = secret
        mac = HandshakeMAC(responder: publicKey)
        capabilities = Capabilities(bootID: bootID)
    }
}
