/// One session as the media thread holds it: both halves, and the index its packets carry.
public struct SessionKeys: ~Copyable, Sendable {
    public let suite: Suite
    /// The index the peer puts in the frames it sends here.
    public let localIndex: UInt32
    public internal(set) var sealer: Sealer
    public internal(set) var opener: Opener

    /// The index put in the frames sent to the peer.
    public var remoteIndex: UInt32 { sealer.receiverIndex }

    public init(
        suite: Suite, localIndex: UInt32, sealer: consuming Sealer, opener: consuming Opener
    ) {
        self.suite = suite
        self.localIndex = localIndex
        self.sealer = sealer
        self.opener = opener
    }

    /// Gives each half its direction: the initiator seals with i2r and opens with r2i.
    public init(
        suite: Suite, keys: borrowing TransportKeys, isInitiator: Bool,
        localIndex: UInt32, remoteIndex: UInt32
    ) {
        self.suite = suite
        self.localIndex = localIndex
        if isInitiator {
            sealer = Sealer(
                suite: suite, keys: keys.initiatorToResponder, receiverIndex: remoteIndex)
            opener = Opener(suite: suite, keys: keys.responderToInitiator)
        } else {
            sealer = Sealer(
                suite: suite, keys: keys.responderToInitiator, receiverIndex: remoteIndex)
            opener = Opener(suite: suite, keys: keys.initiatorToResponder)
        }
    }
}
