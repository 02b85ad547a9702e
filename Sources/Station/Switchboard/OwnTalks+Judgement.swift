internal import Audio
package import Time

/// Whether any listener hears a talkspurt while it goes on.
extension OwnTalks {
    /// Judges talkspurts again whose listeners have stopped reporting: an old report does not count
    /// as hearing.
    ///
    /// Called once a second.
    mutating func checkSilentListeners(
        _ around: Surroundings, at now: Instant, _ orders: inout Orders
    ) {
        for place in spurts.indices where spurts[place].ended == nil {
            let silent = around.peers.filter { spurts[place].isSilent($0, at: now) }
            for peer in silent where around.up.contains(peer) {
                listeners[peer].isDeaf = true
                updateDoubt(of: peer, around, &orders)
            }
            if !silent.isEmpty { judge(place, around, at: now, &orders) }
        }
    }

    /// Judges all talk again after a change of this station's network or microphone, or after the
    /// loss of a peer.
    mutating func judgeAnew(_ around: Surroundings, at now: Instant, _ orders: inout Orders) {
        for peer in around.peers { updateDoubt(of: peer, around, &orders) }
        for place in spurts.indices { judge(place, around, at: now, &orders) }
    }

    /// Judges whether any listener can hear a talkspurt that goes on; warns the talker when none
    /// can.
    ///
    /// A peer that has reported nothing counts as hearing.
    mutating func judge(
        _ place: Int, _ around: Surroundings, at now: Instant, _ orders: inout Orders
    ) {
        spurts[place].judgedNext = nil
        guard spurts[place].ended == nil else { return }
        spurts[place].judgedNext = spurts[place].share.nextCount(after: now)
        let silence = around.silence(of: spurts[place].target)
        spurts[place].update(silence, since: around.silentSince ?? now, at: now)
        let spurt = spurts[place]
        let there = spurt.share.listeners.filter {
            around.up.contains($0) && !around.cutOff.contains($0)
        }
        if spurt.isDoubted, silence == nil {
            let words = there.map { spurt.share.hearsNow($0, at: now) }
            let hasHeard = words.contains(true)
            guard hasHeard || words.allSatisfy({ $0 != nil }) else { return }
            spurts[place].isDoubted = false
            if hasHeard {
                spurts[place].isUnheard = false
                if around.hasTones(spurt.target) { orders.add(.chime(.permit)) }
                return
            }
        }
        let isHeard =
            silence == nil
            && there.contains {
                spurt.share.hearsNow($0, at: now) != false && !spurt.isSilent($0, at: now)
            }
        guard isHeard == spurt.isUnheard else { return }
        spurts[place].isUnheard = !isHeard
        guard spurts[place].takeTelling(at: now) else { return }
        tell(isHeard, of: spurt, around, at: now, &orders)
    }

    /// Tells the talker that a listener hears the talkspurt again, or that none does.
    private func tell(
        _ isHeard: Bool, of spurt: Talkspurt, _ around: Surroundings, at now: Instant,
        _ orders: inout Orders
    ) {
        let hasTones = around.hasTones(spurt.target)
        guard !isHeard else {
            if hasTones { orders.add(.chime(.permit)) }
            return
        }
        let isAnyUp = spurt.share.listeners.contains { around.up.contains($0) }
        // The sound itself warns when no listener is up.
        if hasTones, isAnyUp || spurt.isDoubted { orders.add(.chime(.nobody)) }
        orders.add(.noListener(target: spurt.name, unheard(spurt, around, at: now)))
    }

    /// Returns why the listeners do not hear the talkspurt, as far as is known now.
    private func unheard(
        _ spurt: Talkspurt, _ around: Surroundings, at now: Instant
    ) -> [HeardAt] {
        let isVoice = Surroundings.isVoice(spurt.target)
        return around.peers.filter { spurt.share.listeners.contains($0) }.map { peer in
            let told = spurt.share.whyNow(peer, at: now).map { Obstacle.told($0) }
            let why = around.up.contains(peer) ? whyNotNow(peer, at: now) ?? told : .down
            return HeardAt(
                peer: peer, percent: nil, around.obstacle(to: peer, isVoice: isVoice) ?? why)
        }
    }
}

/// The facts about the rest of the station that the judgement of own talk needs.
package struct Surroundings: Equatable, Sendable {
    /// The peers of the settings, in the order in which people see them.
    package var peers: [Int] = []
    /// Peers that have a session and were heard lately.
    package var up = PeerSet()
    /// Peers without a session; a peer in neither set has one, and was not heard lately.
    package var down = PeerSet()
    /// The peers that no network of this machine reaches.
    package var cutOff = PeerSet()
    /// Why the microphone gives nothing; nil where it gives sound, as far as is known.
    package var silence: Obstacle?
    /// When the silence began, where the microphone's own sound shows that; nil means now.
    package var silentSince: Instant?
    /// The length of a frame at 48 kHz.
    package var frameSamples = 480
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false

    package init() {}

    /// Returns why this station cannot speak to a peer now, before the peer reports; nil where it
    /// can.
    package func obstacle(to peer: Int, isVoice: Bool = true) -> Obstacle? {
        if cutOff.contains(peer) { return .noNetwork }
        if down.contains(peer) { return .down }
        return isVoice ? silence : nil
    }

    /// Returns the existing listeners of these, and why this station cannot speak to each now.
    func listeners(among listeners: PeerSet) -> [HeardAt] {
        peers.filter { listeners.contains($0) }
            .map { HeardAt(peer: $0, percent: nil, obstacle(to: $0)) }
    }

    /// Returns why silence, or nothing, goes to this target instead of the microphone's sound.
    func silence(of target: Int) -> Obstacle? {
        Self.isVoice(target) ? silence : nil
    }

    /// Returns whether tones report on a talk to this target: in a call they would disturb, and
    /// people can ask each other.
    func hasTones(_ target: Int) -> Bool {
        Self.isVoice(target) && target != Int(TalkTarget.call) && hasPermitTone
    }

    /// Returns whether the sound to this target comes from the microphone.
    static func isVoice(_ target: Int) -> Bool { target != Int(TalkTarget.announcement) }
}
