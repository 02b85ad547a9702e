package import Time
package import Wire

/// What peers say, and what becomes of them.
extension Switchboard {
    /// Takes what happens to the session, the addresses or the number of a peer.
    package mutating func follow(_ news: PeerNews, of peer: Int, at now: Instant) {
        self.now = now
        switch news {
        case .up(let isNewBoot):
            station.up(peer: peer, isNewBoot: isNewBoot, at: now)
            ownTalks.cameUp(peer, isNewBoot: isNewBoot)
            presence.up(peer, &orders)
        case .renewed: station.renewed(peer: peer, at: now)
        case .down:
            station.down(peer: peer, at: now)
            // What its path needed is over; the listeners that are left must not pay for it.
            protection.begin(peer, &orders)
            if presence.down(peer, &orders) { judgeAnew() }
        case .opened(let moment): station.heard(peer: peer, at: moment)
        case .lastHeard(let last):
            if presence.opened(peer, last: last, at: now, &orders) { judgeAnew() }
        case .moved: whereabouts.moved(peer)
        case .resolved: whereabouts.resolved(peer)
        case .lookedUp(let isFound, let complaint):
            whereabouts.answered(peer, isFound: isFound, complaint: complaint, &orders)
        case .probed: downWatch.probed(peer, at: now)
        case .key(let isShared): downWatch.followKey(of: peer, isShared: isShared, &orders)
        case .left(let firstMid):
            ownTalks.removed(peer)
            aimAway(from: peer)
            station.replace(peer: peer, firstMid: firstMid)
        case .replaced(let firstMid): replace(peer, firstMid: firstMid)
        }
    }

    private mutating func replace(_ peer: Int, firstMid: UInt32) {
        protection.begin(peer, &orders)
        callLight.forget(peer)
        ownTalks.replace(peer, &orders)
        voices.forget(peer)
        presence.forget(peer)
        whereabouts.forget(peer)
        doubts.forget(peer)
        downWatch.forget(peer)
        station.replace(peer: peer, firstMid: firstMid)
    }

    /// When the PING was sent that this answers; nil when none waits.
    package func whenAsked(_ token: UInt32, of peer: Int) -> Instant? {
        station.whenAsked(token, of: peer)
    }

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are new.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }

    /// Records of one packet of this peer follow, until `end(packetOf:)`.
    package mutating func begin(packetOf peer: Int) { station.peerBeingRead = peer }

    /// The packet is read: what answers it goes out together; `excess` records had no effect.
    package mutating func end(packetOf peer: Int, excess: Int, at now: Instant) {
        station.peerBeingRead = nil
        if excess > 0 { flooded(by: peer, times: UInt64(excess), at: now) }
    }

    /// Something of this peer had no effect so often, because there was too much of it.
    package mutating func flooded(by peer: Int, times: UInt64, at now: Instant) {
        self.now = now
        station.flooded(by: peer, times: times, at: now)
    }

    /// Takes one opened record of a peer, which came at `cameAt` if that was before `now`.
    ///
    /// `heard` is the HEARD record that a REPORT has beside it, of the same stream; `age` is how
    /// old the packet is at most (`Station.freshFor`).
    package mutating func receive(
        _ record: ControlRecord, beside heard: Heard? = nil, from peer: Int, at now: Instant,
        cameAt: Instant? = nil, age: Duration = .zero
    ) {
        self.now = now
        guard age <= Station.freshFor || record.isTimeless else { return }
        let before = station.view(of: peer).roundTripAt
        station.receive(record, from: peer, at: now, cameAt: cameAt, age: age)
        switch record {
        case .report(let report):
            protection.reported(report, by: peer, at: now, &orders)
            ownTalks.reported(report, heard, by: peer, surroundings, at: now, &orders)
        case .heard(let heard):
            ownTalks.told(heard, by: peer, surroundings, at: now, &orders)
        case .pong:
            let known = station.view(of: peer)
            guard known.roundTripAt != before, let roundTrip = known.roundTrip else { return }
            protection.measured(roundTrip, to: peer, at: now, &orders)
            ownTalks.measured(roundTrip, to: peer)
        default: break
        }
    }

    /// Takes one record of an opened packet of a peer, unless it is for the sessions.
    package mutating func receive(
        _ record: PacketRecords.Record, from peer: Int, at now: Instant, cameAt: Instant?,
        age: Duration = .zero
    ) {
        switch record {
        case .confirm, .close, .pathChallenge, .pathResponse, .keyShared, .roster:
            break
        case .report(let report, let heard):
            receive(.report(report), beside: heard, from: peer, at: now, age: age)
        case .heard(let heard, let isAlone):
            if isAlone { receive(.heard(heard), from: peer, at: now, age: age) }
        case .other(let record):
            receive(record, from: peer, at: now, cameAt: cameAt, age: age)
        }
    }
}

/// What happens to the session with a peer, to its addresses and to its number.
package enum PeerNews: Equatable, Sendable {
    // Its session.
    /// A session is there; `isNewBoot` when it is the first since either side restarted.
    case up(isNewBoot: Bool)
    /// There is another session.
    case renewed
    /// It has not been heard for long, or said goodbye.
    case down

    // Its packets.
    /// An authentic packet was opened at this moment; told once a second for every number.
    case opened(at: Instant)
    /// Its last packet came then; told once a second for every peer of the settings.
    case lastHeard(at: Instant)

    // Its addresses.
    /// The settings have changed them.
    case moved
    /// All of them are numbers.
    case resolved
    /// The resolver has answered.
    case lookedUp(isFound: Bool, complaint: String?)
    /// A probe was sent to one of them: does any program listen there?
    case probed

    // Its number.
    /// Whether two stations use its key; told once a second.
    case key(isShared: Bool)
    /// The settings have removed it: it is not heard any more, and nothing is sent to it.
    case left(firstMid: UInt32)
    /// Another peer has this number from now on.
    case replaced(firstMid: UInt32)
}
