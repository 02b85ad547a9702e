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

    /// The number of packets sealed on `current`; 0 without a `current` session.
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

    /// Adjusts the clock of this session: a packet with this time answers a question of `askedAt`.
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
    /// The index the peer puts in the packets it sends here.
    public let localIndex: UInt32
    public internal(set) var sealer: Sealer
    public internal(set) var opener: Opener
    /// The clock of the session, whose time every packet carries.
    public internal(set) var clock: SessionClock
}

extension SessionKeys {
    /// Gives each half its direction: the initiator seals with i2r and opens with r2i.
    public init(
        suite: Suite, keys: borrowing TransportKeys, isInitiator: Bool,
        localIndex: UInt32, remoteIndex: UInt32, clock: SessionClock
    ) {
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

/// The sending half of one session: turns plaintext into whole datagrams.
///
/// AES-GCM fails completely when a nonce is used twice under one key (NIST SP 800-38D §8). The
/// counter is therefore part of the key: it cannot be copied, set back or shared between threads.
/// Real-time after init: no heap call, lock or system call per packet.
public struct Sealer: ~Copyable, Sendable {
    private var aead: AEAD
    private let mask: HeaderMask
    private let iv: AEAD.Nonce

    /// The index the receiver knows this session by; the first four bytes of every datagram.
    public let receiverIndex: UInt32

    /// The counter of the next packet, which is the number of packets sealed so far.
    public private(set) var counter: UInt64

    public init(suite: Suite, keys: borrowing DirectionKeys, receiverIndex: UInt32) {
        self.init(suite: suite, keys: keys, receiverIndex: receiverIndex, counter: 0)
    }

    /// A sealer that begins late in its count, for tests of its end.
    init(suite: Suite, keys: borrowing DirectionKeys, receiverIndex: UInt32, counter: UInt64) {
        aead = AEAD(suite: suite, key: keys.key)
        mask = HeaderMask(suite: suite, key: keys.headerKey)
        iv = keys.iv
        self.receiverIndex = receiverIndex
        self.counter = counter
    }

    /// Writes the whole datagram (index, masked header, ciphertext, tag) and returns its size.
    ///
    /// Takes 64 to 1207 bytes of plaintext; `datagram` needs room for 25 more. `time` is the age of
    /// the session (`SessionClock`). Nil when the counter has reached 2²²: only a new session may
    /// seal then.
    public mutating func seal(
        flags: UInt8, time: UInt16, plaintext: Span<UInt8>, into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        let size = plaintext.count + PacketSeal.overhead
        precondition(plaintext.count >= PacketSeal.plaintextMin)
        precondition(plaintext.count <= PacketSeal.plaintextMax)
        precondition(datagram.count >= size)
        guard counter < PacketSeal.counterLimit else { return nil }

        // The counter moves first: even if sealing fails, this nonce is never used again.
        let nonce = PacketSeal.nonce(iv: iv, counter: counter)
        let header: PacketSeal.Header = [
            UInt8(truncatingIfNeeded: receiverIndex >> 24),
            UInt8(truncatingIfNeeded: receiverIndex >> 16),
            UInt8(truncatingIfNeeded: receiverIndex >> 8),
            UInt8(truncatingIfNeeded: receiverIndex),
            flags,
            UInt8(truncatingIfNeeded: counter >> 8),
            UInt8(truncatingIfNeeded: counter),
            UInt8(truncatingIfNeeded: time >> 8),
            UInt8(truncatingIfNeeded: time),
        ]
        counter += 1

        do {
            var body = datagram._mutatingExtracting(PacketSeal.headerSize..<size)
            aead.seal(nonce: nonce, ad: header.span, plaintext: plaintext, into: &body)
        }
        let mask = mask.bytes(tag: datagram.span.extracting(size - AEAD.tagSize..<size))
        for i in 0..<4 { datagram[i] = header[i] }
        for i in 0..<5 { datagram[4 + i] = header[4 + i] ^ mask[i] }
        return size
    }
}

/// The receiving half of one session: authenticates datagrams and refuses repeats.
///
/// Order of protocol.md §2.1: length, unmask, counter, AEAD, window. Nothing an outsider can
/// observe depends on the header before the tag is checked, and nothing changes unless the tag is
/// good. Real-time after init: no heap call, lock or system call per datagram.
public struct Opener: ~Copyable, Sendable {
    /// Why a datagram was dropped; each is a counter of the caller.
    public enum Refusal: Sendable {
        case length
        /// The counter would be negative, or beyond the last one of a session.
        case counter
        case authentication
        /// Seen already, or older than the window.
        case replay
        /// A repeat of the newest datagram; one of the two may show the peer's new address.
        case copy
    }

    /// A datagram that was authentic and new.
    public struct Opened: Sendable {
        public let flags: UInt8
        public let counter: UInt64
        /// The age of the session when the peer sealed it, in `SessionClock.step`.
        public let time: UInt16
        /// Bytes of plaintext written.
        public let count: Int
        /// Whether the counter is the highest so far: the datagram then shows the peer's address.
        public let isNewest: Bool
    }

    public enum Outcome: Sendable {
        case opened(Opened)
        case refused(Refusal)
    }

    private var aead: AEAD
    private let mask: HeaderMask
    private let iv: AEAD.Nonce
    private(set) var window = ReplayWindow()

    public init(suite: Suite, keys: borrowing DirectionKeys) {
        aead = AEAD(suite: suite, key: keys.key)
        mask = HeaderMask(suite: suite, key: keys.headerKey)
        iv = keys.iv
    }

    /// Opens one datagram whose index is that of this session.
    ///
    /// `plaintext` needs room for the datagram less 25 bytes; 1207 bytes are always enough.
    public mutating func open(
        _ datagram: Span<UInt8>, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard datagram.count >= PacketSeal.datagramMin, datagram.count <= PacketSeal.datagramMax
        else { return .refused(.length) }

        let tagStart = datagram.count - AEAD.tagSize
        let mask = mask.bytes(tag: datagram.extracting(tagStart..<datagram.count))
        let header: PacketSeal.Header = [
            datagram[0], datagram[1], datagram[2], datagram[3],
            datagram[4] ^ mask[0], datagram[5] ^ mask[1], datagram[6] ^ mask[2],
            datagram[7] ^ mask[3], datagram[8] ^ mask[4],
        ]
        let low = UInt16(header[5]) << 8 | UInt16(header[6])
        guard let counter = window.reconstruct(low) else { return .refused(.counter) }

        let isGood = aead.open(
            nonce: PacketSeal.nonce(iv: iv, counter: counter), ad: header.span,
            sealed: datagram.extracting(PacketSeal.headerSize..<datagram.count), into: &plaintext)
        guard isGood else { return .refused(.authentication) }

        let highest = window.highest
        let isNewest = Int64(counter) > highest
        guard window.accept(counter) else {
            return .refused(Int64(counter) == highest ? .copy : .replay)
        }
        return .opened(
            Opened(
                flags: header[4], counter: counter,
                time: UInt16(header[7]) << 8 | UInt16(header[8]),
                count: datagram.count - PacketSeal.overhead, isNewest: isNewest))
    }
}

/// Remembers which counters of one session were opened (protocol.md §2.1, RFC 6479).
///
/// A ring of 1024 + 64 bits. The word of the newest counter also has bits of later ones, so the
/// ring has one word more than the window, and moving forward clears whole words.
public struct ReplayWindow: Sendable {
    public static let size = 1024

    private static let wordCount = size / 64 + 1

    /// The highest counter accepted, or -1.
    public private(set) var highest: Int64 = -1

    private var seen = InlineArray<17, UInt64>(repeating: 0)

    public init() {}

    /// The counter congruent to `low` mod 2¹⁶ that is nearest to the next expected one.
    ///
    /// The counter lies above highest + 1 - 2¹⁵ and at most at highest + 1 + 2¹⁵; nil when that is
    /// negative, or 2²² and above.
    public func reconstruct(_ low: UInt16) -> UInt64? {
        let expected = highest + 1
        var ahead = Int64(low &- UInt16(truncatingIfNeeded: expected))
        if ahead > 1 << 15 { ahead -= 1 << 16 }
        let counter = expected + ahead
        guard counter >= 0, counter < Int64(PacketSeal.counterLimit) else { return nil }
        return UInt64(counter)
    }

    /// Accepts each counter at most once, and none older than the window.
    ///
    /// Call only after authentication: a forged counter must not move the window.
    public mutating func accept(_ counter: UInt64) -> Bool {
        precondition(counter < PacketSeal.counterLimit)
        let position = Int64(counter)
        if position > highest {
            // From -1 the shift keeps the sign, so the first word counts as not yet reached.
            let steps = min(Int(position >> 6 - highest >> 6), ReplayWindow.wordCount)
            for step in 0..<steps { seen[word(of: position - Int64(step) * 64)] = 0 }
            highest = position
        } else if highest - position >= Int64(ReplayWindow.size) {
            return false
        }
        let bit: UInt64 = 1 << (counter & 63)
        let word = word(of: position)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private func word(of position: Int64) -> Int {
        Int(position >> 6) % ReplayWindow.wordCount
    }
}

/// The numbers of a sealed packet that both ends share (protocol.md §2.1).
enum PacketSeal {
    /// Receiver index, flags, low half of the counter, time.
    static let headerSize = 9
    static let plaintextMin = 64
    static let plaintextMax = 1207
    static let overhead = headerSize + AEAD.tagSize
    static let datagramMin = overhead + plaintextMin
    static let datagramMax = overhead + plaintextMax

    /// No packet has this counter or a higher one.
    static let counterLimit: UInt64 = 1 << 22

    typealias Header = InlineArray<9, UInt8>

    /// iv XOR (0⁴ ‖ BE64(counter)).
    static func nonce(iv: AEAD.Nonce, counter: UInt64) -> AEAD.Nonce {
        var nonce = iv
        for i in 0..<8 {
            nonce[4 + i] ^= UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * i))
        }
        return nonce
    }
}
