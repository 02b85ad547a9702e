internal import Crypto
public import Time
public import Wire

/// The control thread's record of a session; the media thread holds its keys.
struct SessionRecord {
    /// The index in the peer's packets to us; both threads name the session by it.
    let index: UInt32
    let suite: Suite
    let isInitiator: Bool
    /// When M3 was sent or accepted: all ages count from here (protocol.md §1.7, rule 3).
    let established: Instant
    let endpoint: Endpoint
    /// The run of the peer that has the keys: from M3, or nil until CONFIRM(0) names it.
    var bootID: UInt64?
}

/// The control thread's picture of the three sessions that the media thread has of a peer.
///
/// The media thread switches to `next` by itself and reports it later, so the picture may lag: a
/// session that was replaced or dropped here may still be reported as switched to.
struct SessionRecords {
    private(set) var previous: SessionRecord?
    private(set) var current: SessionRecord?
    private(set) var next: SessionRecord?
    /// The last `next` that was replaced or dropped, in case a report of its switch is under way.
    private var displaced: (record: SessionRecord, isDropped: Bool)?

    func owns(_ index: UInt32) -> Bool {
        previous?.index == index || current?.index == index || next?.index == index
            || displaced?.record.index == index
    }

    /// The session with this index; nil when it is gone.
    func record(_ index: UInt32) -> SessionRecord? {
        if next?.index == index { return next }
        if current?.index == index { return current }
        if previous?.index == index { return previous }
        return nil
    }

    /// Notes which run of the peer a session is with.
    ///
    /// - Returns: The session if it is in use and its run was unknown; otherwise nil.
    mutating func name(_ index: UInt32, boot: UInt64) -> SessionRecord? {
        if next?.index == index, next?.bootID == nil { next?.bootID = boot }
        if previous?.index == index, previous?.bootID == nil { previous?.bootID = boot }
        if displaced?.record.index == index, displaced?.record.bootID == nil {
            displaced?.record.bootID = boot
        }
        guard current?.index == index, current?.bootID == nil else { return nil }
        current?.bootID = boot
        return current
    }

    mutating func install(_ record: SessionRecord) {
        if let next { displaced = (next, false) }
        next = record
    }

    /// Follows a switch of the media thread: to `next`, or to a session that was replaced or
    /// dropped here meanwhile.
    ///
    /// - Returns: The session in use now; nil if it was dropped or is unknown.
    mutating func switched(to index: UInt32) -> SessionRecord? {
        if let next, next.index == index {
            previous = current
            current = next
            self.next = nil
            return next
        }
        guard let late = displaced, late.record.index == index else { return nil }
        displaced = nil
        previous = current
        current = late.isDropped ? nil : late.record
        return current
    }

    /// Removes one session that matches; nil when there is none left.
    mutating func remove(where matches: (SessionRecord) -> Bool) -> SessionRecord? {
        if let record = previous, matches(record) {
            previous = nil
            return record
        }
        if let record = current, matches(record) {
            current = nil
            return record
        }
        if let record = next, matches(record) {
            next = nil
            displaced = (record, true)
            return record
        }
        return nil
    }

    /// When the next session expires.
    func expiry(after age: Duration) -> Instant? {
        [previous, current, next].compactMap { $0.map { $0.established + age } }.min()
    }
}

/// Two stations that use the same key.
public struct SharedKey: Sendable {
    /// The endpoints of the two stations.
    public let endpoints: (Endpoint, Endpoint)
    /// When both were last seen.
    public let seenAt: Instant
}

/// The runs of a peer's daemon, named by the boot ids of its sessions.
///
/// A run draws its boot id at random, and a restarted station never uses an earlier one again. So a
/// boot id that comes back after another one proves that two stations use the key: a card was
/// copied. A station that moves keeps its boot id; one that restarts elsewhere has a new one. Both
/// boot ids come from the sealed part of the handshake.
struct Boots {
    /// The most copies of one card that are distinguished.
    static let capacity = 16
    static let lifetime = Duration.seconds(600)

    /// Oldest first; the last one is in use.
    private var seen: [(boot: UInt64, endpoint: Endpoint)] = []
    private var shared: SharedKey?

    /// Notes that a session with this run has come into use.
    mutating func used(_ boot: UInt64, at endpoint: Endpoint, now: Instant) {
        if let last = seen.last, last.boot != boot, seen.contains(where: { $0.boot == boot }) {
            shared = SharedKey(endpoints: (last.endpoint, endpoint), seenAt: now)
        }
        seen.removeAll { $0.boot == boot }
        if seen.count == Self.capacity { seen.removeFirst() }
        seen.append((boot, endpoint))
    }

    /// Notes that another key is in use at this address: one of the two stations has it now.
    ///
    /// - Returns: Whether two stations used the key until now.
    mutating func usesOtherKey(at endpoint: Endpoint) -> Bool {
        guard let found = shared?.endpoints, found.0 == endpoint || found.1 == endpoint else {
            return false
        }
        shared = nil
        seen.removeAll { $0.endpoint == endpoint }
        return true
    }

    /// The two stations; nil when they were last seen long ago.
    func shared(at now: Instant) -> SharedKey? {
        shared.flatMap { now < $0.seenAt + Self.lifetime ? $0 : nil }
    }
}
