package import Time

/// What is known of peers beside their sessions.
extension Switchboard {
    /// A peer's last packet came then; told once a second for every peer of the settings.
    package mutating func checkPresence(of peer: Int, heardAt last: Instant, at now: Instant) {
        self.now = now
        if presence.opened(peer, last: last, at: now, &orders) { judgeAnew() }
    }

    /// The settings have changed the addresses of a peer.
    package mutating func moved(_ peer: Int) { whereabouts.moved(peer) }

    /// The resolver has answered for a peer; or there is nothing to find, as all its addresses are
    /// numbers.
    package mutating func resolved(_ peer: Int, isFound: Bool = true, complaint: String? = nil) {
        whereabouts.answered(peer, isFound: isFound, complaint: complaint, &orders)
    }

    /// Whether two stations use a peer's key; told once a second.
    package mutating func updateKey(of peer: Int, isShared: Bool) {
        downWatch.updateKey(of: peer, isShared: isShared, &orders)
    }

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are new.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }
}

/// This station's own talk and its listeners, and the voices of peers.
extension Switchboard {
    /// Takes what the sound tells.
    package mutating func handle(_ news: SoundNews, at now: Instant) {
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
        return targets.first { $0.id == target }?.listeners ?? []
    }

    /// The microphone goes to these in the call, or closes.
    mutating func openMicrophone(to listeners: [Int]) {
        let target = Int(TalkTarget.call)
        guard !listeners.isEmpty else {
            orders.add(.press(target: target, isDown: false))
            return aim(TalkTarget.call, at: [], name: .none)
        }
        aim(TalkTarget.call, at: PeerSet(listeners), name: .peers(listeners))
        orders.add(.press(target: target, isDown: true))
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

    /// A second has passed.
    ///
    /// The round trip to each peer that is heard is measured, unless it was lately; peers that a
    /// talk waits for are called again; and a listener may have stopped reporting.
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

    /// The network or the microphone of this station went, or came, or a peer went.
    mutating func judgeAnew() { ownTalks.judgeAnew(surroundings, at: now, &orders) }

    /// Whether a peer hears what is said to it now; nil until it has said.
    package func hearsNow(_ peer: Int, at now: Instant) -> NowHeard? {
        let isHeld = heldTalks.targets.contains { listeners(of: $0).contains(peer) }
        return ownTalks.hearsNow(peer, isHeld: isHeld, surroundings, at: now)
    }
}
