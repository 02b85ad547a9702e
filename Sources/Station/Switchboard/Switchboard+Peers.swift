package import Time

/// The facts about peers besides their sessions.
extension Switchboard {
    /// Takes the time of a peer's last packet; called once a second for every peer of the settings.
    package mutating func checkPresence(of peer: Int, heardAt last: Instant, at now: Instant) {
        self.now = now
        if presence.opened(peer, last: last, at: now, &orders) { judgeAnew() }
    }

    /// Notes that the settings have changed the addresses of a peer.
    package mutating func moved(_ peer: Int) { whereabouts.moved(peer) }

    /// Takes the resolver's answer for a peer; also called when all addresses are numbers.
    package mutating func resolved(_ peer: Int, isFound: Bool = true, complaint: String? = nil) {
        whereabouts.answered(peer, isFound: isFound, complaint: complaint, &orders)
    }

    /// Notes whether two stations use a peer's key; called once a second.
    package mutating func updateKey(of peer: Int, isShared: Bool) {
        downWatch.updateKey(of: peer, isShared: isShared, &orders)
    }

    /// Notes that a peer is about to be called at its present addresses.
    ///
    /// - Returns: Whether the addresses are new.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }
}

/// This station's own talk and its listeners, and the voices of peers.
extension Switchboard {
    /// Takes news of the sound.
    package mutating func handle(_ news: SoundNews, at now: Instant) {
        self.now = now
        switch news {
        case .talking(let target, let name, let first, let isDoubted):
            let listeners = listeners(of: target)
            want(listeners)
            openTalks.began(target, called: name, at: now, &orders)
            // A message has no listeners now.
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
        return targets.first { $0.id == target }?.listeners ?? []
    }

    /// Opens the microphone to these peers in the call, or closes it.
    mutating func openMicrophone(to listeners: [Int]) {
        let target = Int(TalkTarget.call)
        guard !listeners.isEmpty else {
            orders.add(.press(target: target, isDown: false))
            return aim(TalkTarget.call, at: [], name: .none)
        }
        aim(TalkTarget.call, at: PeerSet(listeners), name: .peers(listeners))
        orders.add(.press(target: target, isDown: true))
    }

    /// Sets the listeners of a stream of `TalkTarget.aimed`.
    mutating func aim(_ stream: UInt8, at listeners: PeerSet, name: Aims.Name) {
        let aim = Aims.Aim(listeners: listeners, name: name)
        guard aims.aim(stream, at: aim, &orders) else { return }
        let target = Int(stream)
        ownTalks.joined(target, by: listeners, at: now)
        if openTalks.since(target) != nil { want(listeners) }
    }

    /// Removes a peer from the listeners: its number may soon belong to another.
    mutating func aimAway(from peer: Int) {
        for stream in aims.streams(to: peer) {
            guard let former = aims.aim(of: Int(stream)) else { continue }
            aim(stream, at: former.listeners.subtracting([peer]), name: former.name)
        }
    }

    /// Checks whether listeners of the open talks have fallen silent; call it in each turn.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - signs: The signs of life of a peer; nil where no peer has this number.
    package mutating func checkListeners(
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
                        reported: view(of: peer).reportAt))
            }
        }
        doubts.check(found, at: now, &orders)
    }

    /// Does the work of each second.
    ///
    /// Measures the round trip to each peer that is heard, unless that was done lately; calls the
    /// missing listeners of open talks again; and checks for listeners that stopped reporting.
    package mutating func secondPassed(at now: Instant) {
        self.now = now
        for peer in known where voices.isHeard(peer) { measure(peer) }
        if nextSearch.map({ now >= $0 }) ?? true {
            nextSearch = now + Self.searchInterval
            // A host name that was never resolved gives no address to call, so the retries of
            // handshakes do not reach it.
            for peer in known where !whereabouts.isResolved(peer) {
                orders.add(.resolve(peer: peer))
            }
            for target in openTalks.targets { want(listeners(of: target)) }
        }
        ownTalks.checkSilentListeners(surroundings, at: now, &orders)
    }

    /// How often the missing listeners of an open talk are called again: they should return soon.
    private static let searchInterval = Duration.seconds(2)

    /// Calls at once those of these peers that have no session: for a held key as for a key press
    /// (protocol.md §1.7 rule 6).
    mutating func want(_ listeners: PeerSet) {
        for peer in listeners { orders.add(.want(peer: peer)) }
    }

    // MARK: Judgement

    /// The facts by which the talk is judged.
    package var surroundings: Surroundings {
        var around = Surroundings()
        around.peers = known
        around.up = presence.peers(.up)
        around.down = presence.peers(.down)
        around.cutOff = downWatch.cutOff
        around.silence = microphoneSilence
        around.silentSince = microphoneWatch.silentSince(isStill: isMicrophoneStill)
        around.frameSamples = protection.frames.samples
        around.hasPermitTone = hasPermitTone
        return around
    }

    /// Judges all talk again after a change of this station's network or microphone, or after the
    /// loss of a peer.
    mutating func judgeAnew() { ownTalks.judgeAnew(surroundings, at: now, &orders) }

    /// Returns whether a peer hears this station's talk now; nil until the peer has reported.
    package func hearsNow(_ peer: Int, at now: Instant) -> NowHeard? {
        let isHeld = heldTalks.targets.contains { listeners(of: $0).contains(peer) }
        return ownTalks.hearsNow(peer, isHeld: isHeld, surroundings, at: now)
    }
}
