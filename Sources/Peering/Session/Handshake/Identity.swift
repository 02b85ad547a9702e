internal import Crypto
internal import Wire

/// This station in a handshake: its static key and its capabilities.
struct Identity: ~Copyable {
    let secret: Key
    let publicKey: PublicKey
    /// The mac of the handshakes that other stations start.
    let mac: HandshakeMAC
    /// For a responder that has proved who it is.
    let capabilities: Capabilities
    /// For anybody: whoever knows our public key can open our M2, and must not learn from it when
    /// this station has started anew.
    let nameless = Capabilities(bootID: 0)

    init(secret: consuming Key, bootID: UInt64) {
        publicKey = X25519.publicKey(of: secret)
        self.secret = secret
        mac = HandshakeMAC(responder: publicKey)
        capabilities = Capabilities(bootID: bootID)
    }

    /// CONFIRM: of keys, and which run of the program has them.
    func confirmation(_ value: UInt8) -> ControlPayload {
        ControlPayload(.confirm(value, boot: capabilities.bootID))
    }
}
