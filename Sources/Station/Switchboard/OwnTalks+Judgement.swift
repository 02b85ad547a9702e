internal import Audio
package import Time

/// Whether anybody hears a talkspurt while it goes on.
extension OwnTalks {
    /// A listener that reports nothing more is not taken to hear because it once said so.
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

    /// The network or the microphone of this station went, or came, or a peer went.
    mutating func judgeAnew(_ around: Surroundings, at now: Instant, _ orders: inout Orders) {
        for peer in around.peers { updateDoubt(of: peer, around, &orders) }
        for place in spurts.indices { judge(place, around, at: now, &orders) }
    }

    /// Whether anybody can hear a talkspurt that goes on; the talker is told when nobody can.
    ///
    /// A peer that has not said is taken to hear.
    mutating func judge(
        _ place: Int, _ around: Surroundings, at now: Instant, _ orders: inout Orders
    ) {
        guard spurts[place].ended == nil else { return }
        let silence = around.silence(of: spurts[place].target)
        spurts[place].update(silence, since: around.silentSince ?? now, at: now)
        let spurt = spurts[place]
        let there = spurt.share.listeners.filter {
            around.up.contains($0) && !around.cutOff.contains($0)
        }
        if spurt.isDoubted, silence == nil {
            let hasHeard = there.contains { spurt.share.hearsNow($0) == true }
            guard hasHeard || there.allSatisfy({ spurt.share.hearsNow($0) != nil }) else { return }
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
                spurt.share.hearsNow($0) != false && !spurt.isSilent($0, at: now)
            }
        guard isHeard == spurt.isUnheard else { return }
        spurts[place].isUnheard = !isHeard
        guard spurts[place].takeTelling(at: now) else { return }
        tell(isHeard, of: spurt, around, at: now, &orders)
    }

    /// Tells the talker that somebody hears the talkspurt again, or that nobody does.
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
        // The sound itself says that nobody is there.
        if hasTones, isAnyUp || spurt.isDoubted { orders.add(.chime(.nobody)) }
        orders.add(.noListener(target: spurt.name, unheard(spurt, around, at: now)))
    }

    /// Why those who were to hear it do not, as far as is known now.
    private func unheard(
        _ spurt: Talkspurt, _ around: Surroundings, at now: Instant
    ) -> [HeardAt] {
        let isVoice = Surroundings.isVoice(spurt.target)
        return around.peers.filter { spurt.share.listeners.contains($0) }.map { peer in
            let told = spurt.share.whyNow(peer).map { Obstacle.told($0) }
            let why = around.up.contains(peer) ? whyNotNow(peer, at: now) ?? told : .down
            return HeardAt(
                peer: peer, percent: nil, around.obstacle(to: peer, isVoice: isVoice) ?? why)
        }
    }
}

/// What the judgement of own talk needs to know of the rest of the station.
package struct Surroundings: Equatable, Sendable {
    /// The peers there are, in the order in which people are told of them.
    package var peers: [Int] = []
    /// Peers that have a session and were heard lately.
    package var up = PeerSet()
    /// Peers without a session; a peer in neither set has one, and was not heard lately.
    package var down = PeerSet()
    /// Peers that no network of this machine leads to.
    package var cutOff = PeerSet()
    /// Why nothing comes of the microphone; nil where sound does, as far as is known.
    package var silence: Obstacle?
    /// Since when, where the microphone's own sound tells that; nil means from now on.
    package var silentSince: Instant?
    /// The length of a frame at 48 kHz.
    package var frameSamples = 480
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false

    package init() {}

    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    package func obstacle(to peer: Int, isVoice: Bool = true) -> Obstacle? {
        if cutOff.contains(peer) { return .noNetwork }
        if down.contains(peer) { return .down }
        return isVoice ? silence : nil
    }

    /// The listeners among these that there are, and why each cannot be spoken to now.
    func listeners(among listeners: PeerSet) -> [HeardAt] {
        peers.filter { listeners.contains($0) }
            .map { HeardAt(peer: $0, percent: nil, obstacle(to: $0)) }
    }

    /// Why silence, or nothing, goes to this target instead of the microphone's sound.
    func silence(of target: Int) -> Obstacle? {
        Self.isVoice(target) ? silence : nil
    }

    /// Whether tones tell of a talk to this target: in a call they would disturb it, and each side
    /// can say whether it hears.
    func hasTones(_ target: Int) -> Bool {
        Self.isVoice(target) && target != Int(TalkTarget.call) && hasPermitTone
    }

    /// Whether what goes to this target comes from the microphone.
    static func isVoice(_ target: Int) -> Bool { target != Int(TalkTarget.announcement) }
}
