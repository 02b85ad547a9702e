package import Time
internal import Wire

/// This station's own talk and its listeners, and the voices of peers.
extension Switchboard {
    /// Takes what the sound tells.
    package mutating func follow(_ news: SoundNews, at now: Instant) {
        self.now = now
        switch news {
        case .talking(let target, let name, let first, let isDoubted):
            let listeners = listeners(of: target)
            search.want(listeners, &orders)
            openTalks.began(target, called: name, at: now, &orders)
            let start = TalkspurtStart(
                to: target, called: name, listeners: listeners, first: first, isDoubted: isDoubted)
            _ = ownTalks.began(start, surroundings, at: now, &orders)
        case .silent(let target, let name): openTalks.ended(target, called: name, &orders)
        case .said(let target, let frames): ownTalks.ended(target, frames: frames, at: now)
        case .receiving(let peer, let stream, let isOn):
            if voices.follow(stream, of: peer, isOn: isOn, at: now, &orders) {
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
        if openTalks.since(target) != nil { search.want(listeners, &orders) }
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
        doubts.follow(found, at: now, &orders)
    }

    /// A second has passed.
    ///
    /// The round trip to each peer that is heard is measured, unless it was lately; peers that a
    /// talk waits for are called again; and a listener may have stopped reporting.
    package mutating func secondPassed(at now: Instant) {
        self.now = now
        for peer in peers where voices.isHeard(peer) { station.measure(peer, at: now) }
        let unresolved = peers.filter { !whereabouts.isResolved($0) }
        let talks = openTalks.targets.map { listeners(of: $0) }
        search.seek(unresolved: unresolved, talks: talks, at: now, &orders)
        ownTalks.followSilentListeners(surroundings, at: now, &orders)
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
