public import Time

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
}

extension SessionKeys {
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

/// The keys of one direction of one session (protocol.md §1.5).
public struct DirectionKeys: ~Copyable, Sendable {
    /// Seals the frames.
    public let key: Key
    /// Masks their headers.
    public let headerKey: Key
    /// The nonce of a frame is this XOR the counter.
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

/// The time of one session, as both ends know it (protocol.md §2.1 "Time").
///
/// Every frame carries the age of the session at its sender. The receiver knows a moment before
/// which the session did not exist there, so it can tell how old a frame is at most, whoever held
/// it back. No clock of the day is involved. All moments are those of this station's own clock.
public struct SessionClock: Sendable {
    /// The length of one step of a frame's time.
    public static let step = Duration.milliseconds(10)

    /// A frame that may be older than this was held back: what it carries is not acted on.
    ///
    /// The jitter buffer bridges 1.6 s, so no network that sound is heard through needs more.
    public static let freshFor = Duration.seconds(2)

    private let began: Instant
    /// The peer's session began then at the earliest.
    private var peerBegan: Instant

    /// `began` is when this station made or accepted M3.
    ///
    /// `peerBegan` is a moment before which the peer cannot have done so: when M2 was sent, or
    /// `began` itself at the station that makes M3.
    public init(began: Instant, peerBegan: Instant) {
        self.began = began
        self.peerBegan = peerBegan
    }

    /// The time that a frame carries which is sealed now, in steps.
    public func time(at now: Instant) -> UInt16 {
        UInt16(clamping: (now - began).nanoseconds / Self.step.nanoseconds)
    }

    /// How old a frame is that carries this time: at most that, and never less.
    public func age(of time: UInt16, at now: Instant) -> Duration {
        max(.zero, now - peerBegan - Self.step * Int(time))
    }

    /// A frame with this time answers a question that was asked then, so it was made later.
    public mutating func answered(askedAt: Instant, time: UInt16) {
        // The time is rounded down.
        peerBegan = max(peerBegan, askedAt - Self.step * (Int(time) + 1))
    }
}
