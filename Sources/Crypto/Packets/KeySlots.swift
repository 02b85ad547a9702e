/// The sessions of one peer: `previous`, `current` and `next` (protocol.md §1.7).
///
/// All three open what is sent to their index; only `current` seals, but for control plaintext
/// that belongs to a given session. The first datagram that opens on `next` makes it `current`
/// and `current` `previous`; both peers do so alike. Real-time: sessions go in and out whole and
/// are never made or wiped here, so whoever gets one back hands it on to be wiped elsewhere.
public struct KeySlots: ~Copyable, Sendable {
    public enum Slot: Sendable { case previous, current, next }

    /// What became of a datagram.
    public enum Outcome: ~Copyable {
        case opened(Opener.Opened, slot: Slot)
        /// Opened on `next`, which is now `current`; `retired` was `previous` and is the caller's.
        case switched(Opener.Opened, index: UInt32, retired: SessionKeys?)
        case refused(Opener.Refusal)
        /// No slot has the index.
        case foreign
    }

    private var previous: SessionKeys?
    private var current: SessionKeys?
    private var next: SessionKeys?
    // What each peer's packet is compared with, without a look into sessions that are large.
    private var previousName: UInt32?
    private var currentName: UInt32?
    private var nextName: UInt32?

    public init() {}

    /// Puts a session into `next` and returns the one it displaces.
    public mutating func install(_ keys: consuming SessionKeys) -> SessionKeys? {
        let displaced = next.take()
        nextName = keys.localIndex
        next = consume keys
        return displaced
    }

    /// The slot of the session that peers call by `index`.
    ///
    /// Mutating, although it changes nothing: a borrow may copy the sessions, and this is asked of
    /// every peer for every packet.
    public mutating func slot(of index: UInt32) -> Slot? {
        if currentName == index { return .current }
        if nextName == index { return .next }
        if previousName == index { return .previous }
        return nil
    }

    public mutating func owns(index: UInt32) -> Bool { slot(of: index) != nil }

    /// The index of the session that seals, nil when there is none.
    public var currentIndex: UInt32? { currentName }
    public var nextIndex: UInt32? { nextName }

    /// Frames sealed on `current`; 0 without one.
    public private(set) var currentCounter: UInt64 = 0

    /// The session a datagram names in its first four bytes; nil for one that is shorter.
    public static func index(of datagram: Span<UInt8>) -> UInt32? {
        guard datagram.count >= 4 else { return nil }
        return UInt32(datagram[0]) << 24 | UInt32(datagram[1]) << 16
            | UInt32(datagram[2]) << 8 | UInt32(datagram[3])
    }

    /// Opens a datagram on the slot its first four bytes name.
    public mutating func open(
        _ datagram: Span<UInt8>, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard let index = Self.index(of: datagram) else { return .refused(.length) }
        guard let slot = slot(of: index) else { return .foreign }
        let outcome =
            switch slot {
            case .previous: previous!.opener.open(datagram, into: &plaintext)
            case .current: current!.opener.open(datagram, into: &plaintext)
            case .next: next!.opener.open(datagram, into: &plaintext)
            }
        switch outcome {
        case .refused(let refusal):
            return .refused(refusal)
        case .opened(let opened):
            guard slot == .next else { return .opened(opened, slot: slot) }
            let retired = previous.take()
            previous = current.take()
            current = next.take()
            (previousName, currentName, nextName) = (currentName, nextName, nil)
            currentCounter = current.counter
            return .switched(opened, index: index, retired: retired)
        }
    }

    /// Seals on `current`; nil without one or when its counter is spent.
    public mutating func seal(
        flags: UInt8, plaintext: Span<UInt8>, into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        let size = current?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
        if size != nil { currentCounter += 1 }
        return size
    }

    /// Seals on the session that peers call by `index`; nil when there is none or it is spent.
    public mutating func seal(
        onIndex index: UInt32, flags: UInt8, plaintext: Span<UInt8>,
        into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        switch slot(of: index) {
        case .previous:
            previous?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
        case .current:
            seal(flags: flags, plaintext: plaintext, into: &datagram)
        case .next:
            next?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
        case nil:
            nil
        }
    }

    /// Takes out the session that peers call by `index`.
    public mutating func drop(index: UInt32) -> SessionKeys? {
        switch slot(of: index) {
        case .previous: take(.previous)
        case .current: take(.current)
        case .next: take(.next)
        case nil: nil
        }
    }

    /// Takes out any one session; nil when all slots are empty.
    public mutating func dropAny() -> SessionKeys? {
        if nextName != nil { return take(.next) }
        if currentName != nil { return take(.current) }
        return take(.previous)
    }

    private mutating func take(_ slot: Slot) -> SessionKeys? {
        switch slot {
        case .previous:
            previousName = nil
            return previous.take()
        case .current:
            currentName = nil
            currentCounter = 0
            return current.take()
        case .next:
            nextName = nil
            return next.take()
        }
    }

    /// Wipes all sessions, here and now: not for the media thread.
    public mutating func removeAll() {
        previous = nil
        current = nil
        next = nil
        (previousName, currentName, nextName) = (nil, nil, nil)
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
