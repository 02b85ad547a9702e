/// The keys of one direction of one session (protocol.md §1.5).
public struct DirectionKeys: ~Copyable, Sendable {
    /// Seals the packets.
    public let key: Key
    /// Masks their headers.
    public let headerKey: Key
    /// The nonce of a packet is this XOR the counter.
    public let iv: AEAD.Nonce

    public init(key: consuming Key, headerKey: consuming Key, iv: AEAD.Nonce) {
        self.key = key
        self.headerKey = headerKey
        self.iv = iv
    }
}

/// Both directions of one session, named by the roles of its handshake.
public struct TransportKeys: ~Copyable, Sendable {
    public let initiatorToResponder: DirectionKeys
    public let responderToInitiator: DirectionKeys

    public init(
        initiatorToResponder: consuming DirectionKeys,
        responderToInitiator: consuming DirectionKeys
    ) {
        self.initiatorToResponder = initiatorToResponder
        self.responderToInitiator = responderToInitiator
    }
}
