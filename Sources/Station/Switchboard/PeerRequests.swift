/// What was asked of peers, a relay or a call light, until the answer is here.
package struct PeerRequests: Sendable {
    /// What came of a request.
    package enum Outcome: Equatable, Sendable {
        case done, denied, unseen, unknown, noAnswer
    }

    /// The oldest is given up for a newer one.
    static let most = 64

    private var waiting: [(peer: Int, mid: UInt32, what: String)] = []

    /// A request went out in the record of this number.
    mutating func asked(_ peer: Int, mid: UInt32, for what: String) {
        if waiting.count == Self.most { waiting.removeFirst() }
        waiting.append((peer, mid, what))
    }

    /// What came of one; nil: nothing came back.
    mutating func resulted(
        _ mid: UInt32, of peer: Int, _ outcome: Outcome, _ orders: inout Orders
    ) {
        guard let place = waiting.firstIndex(where: { $0.peer == peer && $0.mid == mid }) else {
            return
        }
        let what = waiting.remove(at: place).what
        orders.add(.result(peer: peer, peerRequest: mid, what: what, outcome))
    }
}
