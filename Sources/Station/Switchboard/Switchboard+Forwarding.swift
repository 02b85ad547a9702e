package import Time
internal import Wire

/// The peers between which this station passes datagrams on: it tells each of them whom it reaches
/// (protocol.md §1.11).
extension Switchboard {
    /// Takes the peers to pass on for, by their place, and tells all of them what has changed.
    package mutating func forward(for named: [Int], at now: Instant) {
        guard named != forwards else { return }
        self.now = now
        let former = forwards
        forwards = named
        for (formerPlace, gone) in former.enumerated() where !named.contains(gone) {
            for (place, other) in former.enumerated() where other != gone {
                tell(gone, of: other, at: place, isUp: false)
                tell(other, of: gone, at: formerPlace, isUp: false)
            }
        }
        for peer in named { tellWays(to: peer) }
    }

    /// Tells a peer whom this station reaches for it.
    mutating func tellWays(to peer: Int) {
        guard forwards.contains(peer) else { return }
        for (place, other) in forwards.enumerated() where other != peer {
            tell(peer, of: other, at: place, isUp: peers[other].isUp)
        }
    }

    /// Tells the others that a peer can be reached, or no longer.
    mutating func tellWay(to peer: Int, isUp: Bool) {
        guard let place = forwards.firstIndex(of: peer) else { return }
        for other in forwards where other != peer {
            tell(other, of: peer, at: place, isUp: isUp)
        }
    }

    private mutating func tell(_ peer: Int, of other: Int, at place: Int, isUp: Bool) {
        guard peers[peer].isUp, let name = memberNames[other] else { return }
        peers[peer].exchange.send(at: now) { mid in
            .forward(ForwardNotice(mid: mid, place: UInt8(place), isUp: isUp, name: name))
        }
    }
}
