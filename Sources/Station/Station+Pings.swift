public import Time
internal import Wire

/// PINGs, and the round trips that their answers show.
extension Station {
    /// Longer than the second after which the next report comes.
    private static let measuredEvery = Duration.milliseconds(1500)
    /// How soon the next round of PINGs may begin.
    private static let roundMin = Duration.milliseconds(900)
    /// How often a PING without answer is repeated.
    ///
    /// Reports come once a second, so the PINGs they trigger always fall in the same place between
    /// our packets, where a full queue has room for them either always or never. No frame length
    /// divides this time: of four PINGs one finds room.
    private static let askedAgainAfter = Duration.milliseconds(237)
    private static let askedAgainMax = 3

    /// When the PING was sent that this answers; nil when none waits.
    public func whenAsked(_ token: UInt32, of peer: Int) -> Instant? {
        peers[peer].pings.first { $0.token == token }?.at
    }

    /// The peer is being heard: keep its round trip younger than two seconds.
    ///
    /// A peer that reports gets a PING after each report already, and the answers are needed to
    /// explain losses: this must not disturb them.
    public mutating func measure(_ peer: Int, at now: Instant) {
        self.now = now
        if let askedAt = peers[peer].askedAt, now - askedAt < Self.measuredEvery { return }
        ping(peer)
    }

    /// Starts a round of PINGs, unless one has just begun.
    mutating func ping(_ peer: Int) {
        guard peers[peer].isUp else { return }
        if let askedAt = peers[peer].askedAt, now - askedAt < Self.roundMin { return }
        peers[peer].askedAt = now
        peers[peer].askingsLeft = Self.askedAgainMax
        ask(peer)
    }

    /// Sends one PING of the round.
    mutating func ask(_ peer: Int) {
        let now = now
        let isLast = peers[peer].askingsLeft == 0
        peers[peer].nextAsking = isLast ? .never : now + Self.askedAgainAfter
        peers[peer].pings.removeAll { now - $0.at >= Self.pongMax }
        peers[peer].lastToken = peers[peer].lastToken &+ 0x9E37
        peers[peer].pings.append((peers[peer].lastToken, now))
        pending.append(.send(peer: peer, ControlPayload(.ping(peers[peer].lastToken))))
    }
}
