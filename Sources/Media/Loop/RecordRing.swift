internal import Realtime
internal import Station

/// Opened control packets on their way to the control thread: no peer can fill it.
///
/// A packet gets a place only while more places are free than its peer holds. One peer that floods
/// holds half of them then, two hold a third each, and one that sends little finds room.
package final class RecordRing: Sendable {
    package static let capacity = 64
    /// Packets taken in one turn at most.
    package static let turn = 16
    /// A peer that holds fewer did not fill the ring.
    static let few = 8

    /// Each is counted by one thread: seen late, it lets a peer hold less, and never more.
    private enum Count: Int, CaseIterable {
        case pushed, popped
        /// Refused, and those of them that the control thread was told of.
        case refused, told
    }

    private let ring = SPSCRing<OpenedRecords>(capacity: capacity)
    private let counts: [CounterTable<Count>] = (0..<PeerSet.capacity).map { _ in
        CounterTable<Count>(count: Count.allCases.count)
    }

    package init() {}

    /// Appends a packet; media loop only.
    ///
    /// - Returns: Whether there was a place for it.
    package func push(_ opened: OpenedRecords) -> Bool {
        var free = Self.capacity
        for peer in counts.indices { free -= held(by: peer) }
        let own = held(by: opened.peer)
        guard own < free, ring.push(opened) == nil else {
            if own >= Self.few { counts[opened.peer].add(.refused) }
            return false
        }
        counts[opened.peer].add(.pushed)
        return true
    }

    /// Takes the oldest packet, nil when there is none; control thread only.
    package func pop() -> OpenedRecords? {
        guard let opened = ring.pop() else { return nil }
        counts[opened.peer].add(.popped)
        return opened
    }

    /// The same in a turn that has taken so many: nothing else waits for those that flood.
    package func pop(after taken: Int) -> OpenedRecords? {
        taken < Self.turn ? pop() : nil
    }

    /// How many packets of this peer were refused since it was asked last, because it held many;
    /// control thread only.
    package func newlyRefused(of peer: Int) -> UInt64 {
        let refused = counts[peer][.refused]
        let told = counts[peer][.told]
        counts[peer].set(.told, to: refused)
        return refused - told
    }

    private func held(by peer: Int) -> Int {
        Int(truncatingIfNeeded: counts[peer][.pushed] &- counts[peer][.popped])
    }
}
