package import Time
internal import Wire

/// The peers between which this station passes datagrams on: it tells each of them whom it reaches
/// (protocol.md §1.11).
extension Switchboard {
    /// The newest notice to a peer about another one.
    struct ToldWay {
        var notice: ForwardNotice
        /// Whether the peer has acknowledged the notice.
        var isKnown = false
    }

    /// Takes the peers to pass on for, by their place, and those among them that this station
    /// reaches by way of another one: nothing is passed on to these.
    package mutating func forward(
        for named: [Int], exceptTo indirect: PeerSet = [], at now: Instant
    ) {
        guard named != forwards || indirect != reachedByWay else { return }
        self.now = now
        for peer in reachedByWay.subtracting(indirect) { peers[peer].isNewlyDirect = true }
        (forwards, reachedByWay) = (named, indirect)
        tellWays()
    }

    /// Tells each peer what differs from what it was told and has acknowledged, or will.
    ///
    /// A peer that is reached by a way acknowledges notices without keeping them, so it is told the
    /// ends of its ways only.
    ///
    /// - Parameter forgetful: A peer that may have forgotten what it has acknowledged.
    mutating func tellWays(anewTo forgetful: Int? = nil) {
        for peer in peers.indices where peers[peer].isUp {
            // Of a peer that is no longer named, until the end is acknowledged.
            var wanted = peers[peer].ways.filter { $0.notice.isUp || !$0.isKnown }.map {
                ForwardNotice(mid: 0, place: $0.notice.place, isUp: false, name: $0.notice.name)
            }
            for (place, other) in forwards.enumerated()
            where other != peer && forwards.contains(peer) && !reachedByWay.contains(peer) {
                guard let name = memberNames[other] else { continue }
                let isUp = peers[other].isUp && !reachedByWay.contains(other)
                wanted.removeAll { $0.name == name }
                wanted.append(
                    ForwardNotice(mid: 0, place: UInt8(place), isUp: isUp, name: name))
            }
            let told = peers[peer].ways
            peers[peer].ways = wanted.map { notice in
                var notice = notice
                if let former = told.first(where: { $0.notice.name == notice.name }) {
                    notice.mid = former.notice.mid
                    let isComing = peers[peer].exchange.isPending(notice.mid)
                    if former.notice == notice, isComing || former.isKnown && peer != forgetful {
                        return former
                    }
                }
                peers[peer].exchange.send(at: now) { mid in
                    notice.mid = mid
                    return .forward(notice)
                }
                return ToldWay(notice: notice)
            }
        }
    }
}
