package import Time

/// What becomes of peers.
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

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are new.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }
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

    // Its number.
    /// Whether two stations use its key; told once a second.
    case key(isShared: Bool)
    /// The settings have removed it: it is not heard any more, and nothing is sent to it.
    case left(firstMid: UInt32)
    /// Another peer has this number from now on.
    case replaced(firstMid: UInt32)
}

/// This station's own talk and its listeners, and the voices of peers.
extension Switchboard {
    /// Takes what the sound tells.
    package mutating func follow(_ news: SoundNews, at now: Instant) {
        self.now = now
        switch news {
        case .talking(let target, let name, let first, let isDoubted):
            let listeners = listeners(of: target)
            want(listeners)
            openTalks.began(target, called: name, at: now, &orders)
            // Nobody is to hear a message now.
            guard target != Int(TalkTarget.message) else { return }
            ownTalks.began(
                target, called: name, listeners, first: first, isDoubted: isDoubted, surroundings,
                at: now, &orders)
        case .silent(let target, let name): openTalks.ended(target, called: name, &orders)
        case .said(let target, let frames): ownTalks.ended(target, frames: frames, at: now)
        case .receiving(let peer, let stream, let isOn):
            if voices.update(stream, of: peer, isOn: isOn, at: now, &orders) {
                replyKey.heard(peer)
            }
        }
    }

    /// The peers that hear a talk target now, by its `id`.
    package func listeners(of target: Int) -> PeerSet {
        if let aim = aims.aim(of: target) { return aim.listeners }
        return station.targets.first { $0.id == target }?.listeners ?? []
    }

    /// These hear a stream of `TalkTarget.aimed` from now on.
    mutating func aim(_ stream: UInt8, at listeners: PeerSet, name: Aims.Name) {
        let aim = Aims.Aim(listeners: listeners, name: name)
        guard aims.aim(stream, at: aim, &orders) else { return }
        let target = Int(stream)
        ownTalks.joined(target, by: listeners, at: now)
        if openTalks.since(target) != nil { want(listeners) }
    }

    /// A peer has left: its number may be another's soon.
    mutating func aimAway(from peer: Int) {
        for stream in aims.streams(to: peer) {
            guard let former = aims.aim(of: Int(stream)) else { continue }
            aim(stream, at: former.listeners.subtracting([peer]), name: former.name)
        }
    }

    /// Looks whether listeners of the open talks have fallen silent; call it in each turn.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - signs: The signs of life of a peer; nil where no peer has this number.
    package mutating func followListeners(
        at now: Instant, _ signs: (Int) -> Doubts.SignsOfLife?
    ) {
        self.now = now
        var found: [Doubts.Listener] = []
        for talk in openTalks.talks {
            for peer in listeners(of: talk.target) {
                guard let signs = signs(peer) else { continue }
                found.append(
                    Doubts.Listener(
                        peer: peer, since: talk.since, signs: signs,
                        reported: station.view(of: peer).reportAt))
            }
        }
        doubts.check(found, at: now, &orders)
    }

    /// A second has passed.
    ///
    /// The round trip to each peer that is heard is measured, unless it was lately; peers that a
    /// talk waits for are called again; and a listener may have stopped reporting.
    package mutating func secondPassed(at now: Instant) {
        self.now = now
        for peer in peers where voices.isHeard(peer) { station.measure(peer, at: now) }
        if nextSearch.map({ now >= $0 }) ?? true {
            nextSearch = now + Self.searchInterval
            // A host name that was never resolved gives no address to call, so the retries of
            // handshakes do not reach it.
            for peer in peers where !whereabouts.isResolved(peer) {
                orders.add(.resolve(peer: peer))
            }
            for target in openTalks.targets { want(listeners(of: target)) }
        }
        ownTalks.followSilentListeners(surroundings, at: now, &orders)
    }

    /// How often peers that an open talk waits for are called again: they are to be back as soon as
    /// they can be.
    private static let searchInterval = Duration.seconds(2)

    /// Calls those of these peers that have no session, at once: a held key wants them as much as a
    /// key press does (protocol.md §1.7 rule 6).
    mutating func want(_ listeners: PeerSet) {
        for peer in listeners { orders.add(.want(peer: peer)) }
    }

    // MARK: Judgement

    /// What the talk is judged by.
    package var surroundings: Surroundings {
        var around = Surroundings()
        around.peers = peers
        around.up = presence.peers(.up)
        around.down = presence.peers(.down)
        around.cutOff = downWatch.cutOff
        around.silence = microphoneSilence
        around.silentSince = microphoneWatch.silentSince(isStill: isMicrophoneStill)
        around.frameSamples = protection.frames.samples
        around.hasPermitTone = hasPermitTone
        return around
    }

    /// The network or the microphone of this station went, or came, or a peer went.
    mutating func judgeAnew() { ownTalks.judgeAnew(surroundings, at: now, &orders) }

    /// Whether a peer hears what is said to it now; nil until it has said.
    package func hearsNow(_ peer: Int, at now: Instant) -> NowHeard? {
        let isHeld = heldTalks.targets.contains { listeners(of: $0).contains(peer) }
        return ownTalks.hearsNow(peer, isHeld: isHeld, surroundings, at: now)
    }
}
