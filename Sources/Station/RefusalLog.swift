internal import Time

/// Rights that peers claimed without having them: always counted, reported once a minute of each
/// kind.
struct RefusalLog {
    private struct Peer {
        var counts = Refusals()
        var nextSaid: [(refusal: Refusal, at: Instant)] = []
    }

    private static let pause = Duration.seconds(60)
    private var peers = ByPeer(Peer())

    func counts(of peer: Int) -> Refusals { peers[peer].counts }

    /// Counts a refusal, or several.
    ///
    /// - Returns: the count so far, when it is to be reported now.
    mutating func note(
        _ refusal: Refusal, by peer: Int, times: UInt64 = 1, at now: Instant
    ) -> UInt64? {
        peers[peer].counts[refusal] += times
        if let said = peers[peer].nextSaid.first(where: { $0.refusal == refusal }),
            now < said.at
        {
            return nil
        }
        peers[peer].nextSaid.removeAll { $0.refusal == refusal }
        peers[peer].nextSaid.append((refusal, now + Self.pause))
        return peers[peer].counts[refusal]
    }

    mutating func forget(_ peer: Int) { peers[peer] = Peer() }
}
