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

    public init() {}

    /// Puts a session into `next` and returns the one it displaces.
    public mutating func install(_ keys: consuming SessionKeys) -> SessionKeys? {
        let displaced = next.take()
        next = consume keys
        return displaced
    }

    /// The slot of the session that peers call by `index`.
    public borrowing func slot(of index: UInt32) -> Slot? {
        if current.holds(index) { return .current }
        if next.holds(index) { return .next }
        if previous.holds(index) { return .previous }
        return nil
    }

    public borrowing func owns(index: UInt32) -> Bool { slot(of: index) != nil }

    /// The index of the session that seals, nil when there is none.
    public var currentIndex: UInt32? { current.localIndex }
    public var nextIndex: UInt32? { next.localIndex }
    public var previousIndex: UInt32? { previous.localIndex }

    /// Frames sealed on `current`; 0 without one.
    public var currentCounter: UInt64 { current.counter }

    /// Opens a datagram on the slot its first four bytes name.
    public mutating func open(
        _ datagram: Span<UInt8>, into plaintext: inout MutableSpan<UInt8>
    ) -> Outcome {
        guard datagram.count >= 4 else { return .refused(.length) }
        let index =
            UInt32(datagram[0]) << 24 | UInt32(datagram[1]) << 16
            | UInt32(datagram[2]) << 8 | UInt32(datagram[3])
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
            return .switched(opened, index: index, retired: retired)
        }
    }

    /// Seals on `current`; nil without one or when its counter is spent.
    public mutating func seal(
        flags: UInt8, plaintext: Span<UInt8>, into datagram: inout MutableSpan<UInt8>
    ) -> Int? {
        current?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
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
            current?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
        case .next:
            next?.sealer.seal(flags: flags, plaintext: plaintext, into: &datagram)
        case nil:
            nil
        }
    }

    /// Takes out the session that peers call by `index`.
    public mutating func drop(index: UInt32) -> SessionKeys? {
        switch slot(of: index) {
        case .previous: previous.take()
        case .current: current.take()
        case .next: next.take()
        case nil: nil
        }
    }

    /// Takes out any one session; nil when all slots are empty.
    public mutating func dropAny() -> SessionKeys? {
        if let keys = next.take() { return keys }
        if let keys = current.take() { return keys }
        return previous.take()
    }

    /// Wipes all sessions, here and now: not for the media thread.
    public mutating func removeAll() {
        previous = nil
        current = nil
        next = nil
    }
}

extension Optional where Wrapped == SessionKeys {
    fileprivate var localIndex: UInt32? {
        switch self {
        case .some(let keys): keys.localIndex
        case .none: nil
        }
    }

    fileprivate var counter: UInt64 {
        switch self {
        case .some(let keys): keys.sealer.counter
        case .none: 0
        }
    }

    fileprivate borrowing func holds(_ index: UInt32) -> Bool { localIndex == index }
}
