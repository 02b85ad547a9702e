internal import Time

/// One session as the media thread holds it: both halves, and the index its packets carry.
public struct SessionKeys: ~Copyable, Sendable {
    public let suite: Suite
    /// The index the peer puts in the frames it sends here.
    public let localIndex: UInt32
    public internal(set) var sealer: Sealer
    public internal(set) var opener: Opener
    /// Its time, which every frame carries.
    public internal(set) var clock: SessionClock

    /// The index put in the frames sent to the peer.
    public var remoteIndex: UInt32 { sealer.receiverIndex }

    public init(
        suite: Suite, localIndex: UInt32, sealer: consuming Sealer, opener: consuming Opener,
        clock: SessionClock
    ) {
        self.suite = suite
        self.localIndex = localIndex
        self.sealer = sealer
        self.opener = opener
        self.clock = clock
    }

    /// Gives each half its direction: the initiator seals with i2r and opens with r2i.
    public init(
        suite: Suite, keys: borrowing TransportKeys, isInitiator: Bool,
        localIndex: UInt32, remoteIndex: UInt32, clock: SessionClock
    ) {
        self.suite = suite
        self.localIndex = localIndex
        self.clock = clock
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

extension SessionKeys {
    /// An outcome of `Opener.open`, with the age that the datagram has at most.
    enum Outcome {
        case opened(Opener.Opened, age: Duration)
        case refused(Opener.Refusal)
    }

    mutating func open(
        _ datagram: Span<UInt8>, at now: Instant, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        switch opener.open(datagram, into: &plaintext) {
        case .opened(let opened): .opened(opened, age: clock.age(of: opened.time, at: now))
        case .refused(let refusal): .refused(refusal)
        }
    }

    mutating func seal(
        flags: UInt8, plaintext: Span<UInt8>, at now: Instant,
        into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        sealer.seal(
            flags: flags, time: clock.time(at: now), plaintext: plaintext, into: &datagram)
    }
}
