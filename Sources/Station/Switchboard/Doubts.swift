package import Time

/// Checks whether listeners that send nothing still have their session with this station.
///
/// A peer that hears this station reports once a second. A silent peer may have restarted without
/// an address to call; a handshake finds that out long before the peer counts as down.
///
/// Each talkspurt, and each silence after reports, causes one check, which repeats until an answer
/// comes. After that the peer may stay silent: perhaps it does not listen to this talk.
package struct Doubts: Sendable {
    /// A listener that reports is silent for this long only when two reports were lost.
    static let silentAfter = Duration.milliseconds(2500)
    static let checkedAgainAfter = Duration.seconds(2)

    /// The proof that a peer has our session: when its last packet came, nil before the first, and
    /// when its session began, nil where it has none.
    package typealias SignsOfLife = (opened: Instant?, sessionSince: Instant?)

    /// A peer that hears a talk; a peer in two talks is two listeners.
    struct Listener: Sendable {
        let peer: Int
        /// When the talk began.
        let since: Instant
        let signs: SignsOfLife
        /// When the listener last reported on our sound; nil before its first report.
        let reported: Instant?
    }

    /// When the next peer will have been silent for too long, or is due for another check; nil when
    /// there is none.
    private(set) var deadline: Instant?
    private var checkedAt = ByPeer<Instant?>(nil)

    /// Checks the listeners that have fallen silent.
    mutating func check(_ listeners: [Listener], at now: Instant, _ orders: inout Orders) {
        deadline = nil
        for listener in listeners where isDoubtful(listener, at: now) {
            checkedAt[listener.peer] = now
            orders.add(.checkSession(peer: listener.peer))
        }
        for listener in listeners {
            guard let due = due(listener), due > now else { continue }
            deadline = deadline.map { min($0, due) } ?? due
        }
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { checkedAt[peer] = nil }

    private func isDoubtful(_ listener: Listener, at now: Instant) -> Bool {
        guard let due = due(listener), now >= due else { return false }
        guard let checked = checkedAt[listener.peer] else { return true }
        let isAnswered = listener.signs.sessionSince.map { $0 > checked } ?? false
        let reported = listener.reported ?? listener.since
        return !isAnswered || checked < max(reported, listener.since)
    }

    /// Returns when to check a peer that sends nothing; nil where it never sent a packet.
    private func due(_ listener: Listener) -> Instant? {
        guard let opened = listener.signs.opened else { return nil }
        let silent = max(opened, listener.since) + Self.silentAfter
        guard let checked = checkedAt[listener.peer] else { return silent }
        return max(silent, checked + Self.checkedAgainAfter)
    }
}
