internal import HAL
internal import Media
internal import Realtime
internal import Station
internal import Time

/// Figures of the traffic with peers, worked out once a second.
struct Figures {
    /// When they were worked out last.
    private var at: Instant?
    /// By number.
    private(set) var peers = ByPeer(PeerFigures())
    /// Packets of peers whose number is another's now, or who have left.
    private(set) var packetsBefore: (sent: UInt64, opened: UInt64) = (0, 0)

    private(set) var flood = PacketFlood()

    /// Takes what was counted of all packets by now; once a second.
    mutating func follow(
        _ counters: CounterTable<MediaCount>, _ facts: ControlLoop.Facts, at now: Instant
    ) {
        let refused: [MediaCount] = [
            .droppedLength, .droppedIndex, .droppedCounter, .droppedAuthentication,
            .droppedReplay, .droppedTruncated,
        ]
        flood.follow(
            PacketFlood.Totals(
                refused: refused.reduce(0) { $0 + counters[$1] },
                straysLost: UInt64(UDPSocket.overflow(of: facts.straySocket)),
                lost: UInt64(UDPSocket.overflow(of: facts.dataSocket))), at: now)
    }

    /// Takes what was counted of the traffic with these peers by now; once a second.
    mutating func follow(
        _ numbers: [Int], _ traffic: [CounterTable<PeerCount>], at now: Instant
    ) {
        let elapsed = (now - (at ?? now)).milliseconds
        at = now
        for peer in numbers {
            peers[peer].follow(
                sent: traffic[peer][.sentBytes], opened: traffic[peer][.openedBytes],
                playedSamples: traffic[peer][.playedSamples],
                concealedMs: traffic[peer][.concealedMs], milliseconds: Int(elapsed))
        }
    }

    /// A number is another peer's now, whose traffic is counted from the beginning.
    mutating func replaced(_ number: Int, _ traffic: CounterTable<PeerCount>) {
        peers[number] = PeerFigures()
        packetsBefore.sent += traffic[.sent]
        packetsBefore.opened += traffic[.opened]
        for count in PeerCount.allCases { traffic.set(count, to: 0) }
    }
}
