internal import Station
package import Time
package import Wire

/// What peers say, and what becomes of them.
extension Switchboard {
    /// A session with the peer is there; `isNewBoot` when it is the first since either restarted.
    package mutating func up(_ peer: Int, isNewBoot: Bool, at now: Instant) {
        self.now = now
        station.up(peer: peer, isNewBoot: isNewBoot, at: now)
        ownTalks.cameUp(peer, isNewBoot: isNewBoot)
        presence.up(peer, &orders)
    }

    /// There is another session with the peer.
    package mutating func renewed(_ peer: Int, at now: Instant) {
        self.now = now
        station.renewed(peer: peer, at: now)
    }

    /// The peer has not been heard for long, or said goodbye.
    package mutating func down(_ peer: Int, at now: Instant) {
        self.now = now
        station.down(peer: peer, at: now)
        // What its path needed is over; the listeners that are left must not pay for it.
        protection.begin(peer, &orders)
        presence.down(peer, &orders)
    }

    /// Something authentic of the peer was opened at this moment.
    package mutating func opened(_ peer: Int, at moment: Instant) {
        station.heard(peer: peer, at: moment)
    }

    /// Another peer has this number from now on.
    package mutating func replace(_ peer: Int, firstMid: UInt32) {
        protection.begin(peer, &orders)
        callLight.forget(peer)
        ownTalks.replace(peer, &orders)
        presence.forget(peer)
        whereabouts.forget(peer)
        doubts.forget(peer)
        downWatch.forget(peer)
        station.replace(peer: peer, firstMid: firstMid)
    }

    /// A peer has left: nothing of it is heard any more, and nothing is said to it.
    package mutating func left(_ peer: Int, firstMid: UInt32) {
        ownTalks.removed(peer)
        aims.aimAway(from: peer, &orders)
        station.replace(peer: peer, firstMid: firstMid)
    }

    /// Takes one opened record of a peer, which came at `cameAt` if that was before `now`.
    package mutating func receive(
        _ record: ControlRecord, from peer: Int, at now: Instant, cameAt: Instant? = nil
    ) {
        self.now = now
        let before = station.view(of: peer).roundTripAt
        station.receive(record, from: peer, at: now, cameAt: cameAt)
        switch record {
        case .report(let report): protection.reported(report, by: peer, at: now, &orders)
        case .pong:
            let known = station.view(of: peer)
            guard known.roundTripAt != before, let roundTrip = known.roundTrip else { return }
            protection.measured(roundTrip, to: peer, at: now, &orders)
            ownTalks.measured(roundTrip, to: peer)
        default: break
        }
    }

    /// Takes one record of an opened packet of a peer, unless it is for the sessions.
    ///
    /// What is around the talk is known by then, if the record is about our own.
    package mutating func receive(
        _ record: PacketRecords.Record, from peer: Int, at now: Instant, cameAt: Instant?
    ) {
        switch record {
        case .confirm, .close: break
        case .report(let report, let heard):
            receive(.report(report), from: peer, at: now)
            reported(report, heard, by: peer, at: now)
        case .heard(let heard, let isAlone):
            receive(.heard(heard), from: peer, at: now)
            if isAlone { toldHeard(heard, by: peer, at: now) }
        case .other(let record): receive(record, from: peer, at: now, cameAt: cameAt)
        }
    }

    /// The peer is heard just now: its round trip is measured, unless it was lately.
    package mutating func measure(_ peer: Int, at now: Instant) {
        self.now = now
        station.measure(peer, at: now)
    }

    /// A peer's voice began.
    package mutating func voiceBegan(_ peer: Int) { replyKey.heard(peer) }
}
