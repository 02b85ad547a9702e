public import Time

/// The sessions of one peer: `previous`, `current` and `next` (protocol.md §1.7).
///
/// Each session opens the packets that carry its index. Only `current` seals, except control
/// records of a particular session. The first datagram that opens on `next` makes that session
/// `current`, and the former `current` becomes `previous`; both peers do the same. Real-time:
/// sessions are neither made nor wiped here; the caller passes each returned session to another
/// thread, which wipes it.
public struct KeySlots: ~Copyable, Sendable {
    public enum Slot: Sendable { case previous, current, next }

    /// The outcome of opening a datagram; `age` is the greatest age that it may have.
    public enum Outcome: ~Copyable {
        case opened(Opener.Opened, slot: Slot, age: Duration)
        /// Opened on `next`, which is now `current`; `retired` is the former `previous`, for the
        /// caller to pass on.
        case switched(Opener.Opened, age: Duration, index: UInt32, retired: SessionKeys?)
        case refused(Opener.Refusal)
        /// No session has the index.
        case foreign
    }

    private var previous: SessionKeys?
    private var current: SessionKeys?
    private var next: SessionKeys?
    // Copies of the three indices: comparing them does not touch the large sessions.
    private var previousIndex: UInt32?
    public private(set) var currentIndex: UInt32?
    public private(set) var nextIndex: UInt32?

    public init() {}

    /// Makes a session `next` and returns the one it replaces.
    public mutating func install(_ keys: consuming SessionKeys) -> SessionKeys? {
        let displaced = next.take()
        nextIndex = keys.localIndex
        next = consume keys
        return displaced
    }

    /// Which session the peer addresses by `index`; nil when none.
    ///
    /// Mutating, although it changes nothing: a borrow may copy the sessions, and the media loop
    /// asks every peer for every packet.
    public mutating func slot(of index: UInt32) -> Slot? {
        if currentIndex == index { return .current }
        if nextIndex == index { return .next }
        if previousIndex == index { return .previous }
        return nil
    }

    public mutating func owns(index: UInt32) -> Bool { slot(of: index) != nil }

    /// The number of frames sealed on `current`; 0 without a `current` session.
    public private(set) var currentCounter: UInt64 = 0

    /// The index in the first four bytes of a datagram; nil for a shorter one.
    public static func index(of datagram: Span<UInt8>) -> UInt32? {
        guard datagram.count >= 4 else { return nil }
        return UInt32(datagram[0]) << 24 | UInt32(datagram[1]) << 16
            | UInt32(datagram[2]) << 8 | UInt32(datagram[3])
    }

    /// Opens a datagram on the session that its first four bytes name.
    public mutating func open(
        _ datagram: Span<UInt8>, at now: Instant, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard let index = Self.index(of: datagram) else { return .refused(.length) }
        guard let slot = slot(of: index) else { return .foreign }
        let outcome =
            switch slot {
            case .previous: previous!.open(datagram, at: now, into: &plaintext)
            case .current: current!.open(datagram, at: now, into: &plaintext)
            case .next: next!.open(datagram, at: now, into: &plaintext)
            }
        switch outcome {
        case .refused(let refusal):
            return .refused(refusal)
        case .opened(let opened, let age):
            guard slot == .next else { return .opened(opened, slot: slot, age: age) }
            let retired = previous.take()
            previous = current.take()
            current = next.take()
            (previousIndex, currentIndex, nextIndex) = (currentIndex, nextIndex, nil)
            currentCounter = current.counter
            return .switched(opened, age: age, index: index, retired: retired)
        }
    }

    /// Seals on `current`; nil without a `current` session, or when its counter is used up.
    public mutating func seal(
        flags: UInt8, plaintext: Span<UInt8>, at now: Instant,
        into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        let size = current?.seal(flags: flags, plaintext: plaintext, at: now, into: &datagram)
        if size != nil { currentCounter += 1 }
        return size
    }

    /// Seals on the session with this index; nil when there is none, or its counter is used up.
    public mutating func seal(
        onIndex index: UInt32, flags: UInt8, plaintext: Span<UInt8>, at now: Instant,
        into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        switch slot(of: index) {
        case .previous:
            previous?.seal(flags: flags, plaintext: plaintext, at: now, into: &datagram)
        case .current:
            seal(flags: flags, plaintext: plaintext, at: now, into: &datagram)
        case .next:
            next?.seal(flags: flags, plaintext: plaintext, at: now, into: &datagram)
        case nil:
            nil
        }
    }

    /// Adjusts the clock of this session: a frame with this time answers a question of `askedAt`.
    public mutating func answered(onIndex index: UInt32, askedAt: Instant, time: UInt16) {
        switch slot(of: index) {
        case .previous: previous?.clock.answered(askedAt: askedAt, time: time)
        case .current: current?.clock.answered(askedAt: askedAt, time: time)
        case .next: next?.clock.answered(askedAt: askedAt, time: time)
        case nil: break
        }
    }

    /// Removes and returns the session with this index.
    public mutating func drop(index: UInt32) -> SessionKeys? {
        switch slot(of: index) {
        case .previous: take(.previous)
        case .current: take(.current)
        case .next: take(.next)
        case nil: nil
        }
    }

    /// Removes and returns any session; nil when there are none.
    public mutating func dropAny() -> SessionKeys? {
        if nextIndex != nil { return take(.next) }
        if currentIndex != nil { return take(.current) }
        return take(.previous)
    }

    private mutating func take(_ slot: Slot) -> SessionKeys? {
        switch slot {
        case .previous:
            previousIndex = nil
            return previous.take()
        case .current:
            currentIndex = nil
            currentCounter = 0
            return current.take()
        case .next:
            nextIndex = nil
            return next.take()
        }
    }

    /// Wipes all sessions at once: not for the media thread.
    public mutating func removeAll() {
        previous = nil
        current = nil
        next = nil
        (previousIndex, currentIndex, nextIndex) = (nil, nil, nil)
        currentCounter = 0
    }
}

extension Optional where Wrapped == SessionKeys {
    fileprivate var counter: UInt64 {
        switch self {
        case .some(let keys): keys.sealer.counter
        case .none: 0
        }
    }
}

/// One session as the media thread holds it: both halves, and the index its packets carry.
public struct SessionKeys: ~Copyable, Sendable {
    public let suite: Suite
    /// The index the peer puts in the frames it sends here.
    public let localIndex: UInt32
    public internal(set) var sealer: Sealer
    public internal(set) var opener: Opener
    /// The clock of the session, whose time every frame carries.
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

    /// The outcome of `Opener.open`, with the greatest age that the datagram may have.
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
/// which the session did not exist there, so it knows the greatest age of a frame, even of one
/// delayed by an attacker. No clock of the day is involved. All moments are those of this station's
/// own clock.
public struct SessionClock: Sendable {
    /// The length of one step of a frame's time.
    public static let step = Duration.milliseconds(10)

    /// The age above which the content of a frame is not acted on, because the frame was delayed.
    ///
    /// The jitter buffer bridges 1.6 s, so a network through which sound is heard needs no more.
    public static let freshFor = Duration.seconds(2)

    private let began: Instant
    /// The earliest moment at which the peer's session can have begun.
    private var peerBegan: Instant

    /// `began` is when this station made or accepted M3.
    ///
    /// `peerBegan` is a moment before which the peer cannot have done so: when M2 was sent, or
    /// `began` itself at the station that makes M3.
    public init(began: Instant, peerBegan: Instant) {
        self.began = began
        self.peerBegan = peerBegan
    }

    /// The time for a frame that is sealed now, in steps.
    public func time(at now: Instant) -> UInt16 {
        UInt16(clamping: (now - began).nanoseconds / Self.step.nanoseconds)
    }

    /// The greatest age of a frame with this time.
    public func age(of time: UInt16, at now: Instant) -> Duration {
        max(.zero, now - peerBegan - Self.step * Int(time))
    }

    /// Narrows the bound: a frame with this time answers a question of `askedAt`, so it is newer.
    public mutating func answered(askedAt: Instant, time: UInt16) {
        // The time is rounded down.
        peerBegan = max(peerBegan, askedAt - Self.step * (Int(time) + 1))
    }
}
