package import Time
internal import Wire

/// What listeners hear of this station's own talk, from the REPORT and HEARD records they send.
///
/// While a talkspurt goes on, that is whether any listener hears it; after its end, how much of it
/// each listener has heard.
package struct OwnTalks: Sendable {
    /// What is known of one listener.
    struct Listener {
        /// It said last that it does not hear us.
        var isDeaf = false
        /// The sound knows that the listener may not hear us.
        var isDoubted = false
        /// What it has heard of our last talkspurt; nil before there was one.
        var lastWords: LastHeard?
        /// How much of each of our streams it has played, from its reports.
        var played = [PlayedSum](repeating: PlayedSum(), count: 32)
        /// It was added while this station ran, and has had no session yet.
        var isAdded = false
        /// The last measured round trip.
        var roundTrip: Duration?
    }

    /// Talkspurts kept at most; the oldest makes room, for the end of one may never be told.
    static let spurtsMax = 128

    /// Talkspurts whose listeners still report, from the oldest.
    var spurts: [Talkspurt] = []
    private var begun = 0
    var listeners = ByPeer(Listener())
}

// MARK: Talkspurts

extension OwnTalks {
    /// The microphone opened for a target, or an announcement began.
    ///
    /// - Returns: The number of the talkspurt, which its outcome bears.
    mutating func began(
        _ start: TalkspurtStart, _ around: Surroundings, at now: Instant, _ orders: inout Orders
    ) -> Int {
        if spurts.count >= Self.spurtsMax { spurts.removeFirst() }
        begun += 1
        spurts.append(
            Talkspurt(number: begun, start, frameSamples: around.frameSamples, at: now))
        judge(spurts.count - 1, around, at: now, &orders)
        return begun
    }

    /// Others hear the target as well from now on.
    mutating func joined(_ target: Int, by others: PeerSet, at now: Instant) {
        for place in spurts.indices where spurts[place].isOpen(to: target) {
            spurts[place].join(others, at: now)
        }
    }

    /// A talkspurt is over, so many frames of it were sent.
    mutating func ended(_ target: Int, frames: Int, at now: Instant) {
        guard let place = spurts.lastIndex(where: { $0.isOpen(to: target) }) else { return }
        spurts[place].end(frames: frames, at: now)
    }
}

// MARK: Peers

extension OwnTalks {
    /// A session with a peer begins: both count from 0 where either has started again.
    ///
    /// A peer that was added here may have known this station before, and count on.
    mutating func cameUp(_ peer: Int, isNewBoot: Bool) {
        let isFresh = isNewBoot && !listeners[peer].isAdded
        for stream in listeners[peer].played.indices {
            if isFresh {
                listeners[peer].played[stream].begin()
            } else {
                listeners[peer].played[stream].forget()
            }
        }
        listeners[peer].isAdded = false
        guard isNewBoot else { return }
        listeners[peer].roundTrip = nil
        for place in spurts.indices { spurts[place].missedBy.insert(peer) }
    }

    /// A peer has answered, after this time.
    mutating func measured(_ roundTrip: Duration, to peer: Int) {
        listeners[peer].roundTrip = roundTrip
    }

    /// The settings have this peer no more: nobody waits for its reports.
    mutating func removed(_ peer: Int) { listeners[peer].roundTrip = nil }

    /// Another peer has this number from now on.
    mutating func replace(_ peer: Int, _ orders: inout Orders) {
        if listeners[peer].isDoubted { orders.add(.doubt(peer: peer, false)) }
        listeners[peer] = Listener()
        listeners[peer].isAdded = true
    }
}

// MARK: Questions

extension OwnTalks {
    /// The number of the newest talkspurt to a target whose listeners still report, if any.
    package func lastSpurt(to target: Int) -> Int? {
        spurts.last { $0.target == target }?.number
    }

    /// The number of the talkspurt to a target that goes on; nil where none does.
    func openSpurt(to target: Int) -> Int? { spurts.last { $0.isOpen(to: target) }?.number }

    /// What a peer has heard of the last talkspurt to it; nil before there was one.
    package func lastWords(to peer: Int) -> LastHeard? { listeners[peer].lastWords }

    /// Whether a peer said last that it does not hear us, or stopped reporting.
    package func isDeaf(_ peer: Int) -> Bool { listeners[peer].isDeaf }

    /// Whether this station talks to one of these open targets, and nobody can hear any of it.
    package func isTalkingToNobody(_ targets: some Swift.Sequence<Int>) -> Bool {
        let open = spurts.filter {
            $0.ended == nil && Surroundings.isVoice($0.target) && targets.contains($0.target)
        }
        return !open.isEmpty && open.allSatisfy { $0.isUnheard }
    }

    /// Whether a talkspurt to a peer goes on.
    package func isSpeaking(to peer: Int) -> Bool { spurtNow(to: peer) != nil }

    /// Whether a peer hears what is said to it now; nil until it has said.
    ///
    /// `isHeld` says whether a program holds a talk to the peer open.
    func hearsNow(
        _ peer: Int, isHeld: Bool, _ around: Surroundings, at now: Instant
    ) -> NowHeard? {
        guard !around.down.contains(peer) else { return nil }
        guard let spurt = spurtNow(to: peer) else {
            // The talk that is held open is no talkspurt, as the microphone is gone.
            let isLost = isHeld && around.silence == .microphoneLost
            return isLost ? .unheard(.microphoneLost) : nil
        }
        if let silence = around.silence(of: spurt.target) { return .unheard(silence) }
        if around.cutOff.contains(peer) { return .unheard(.noNetwork) }
        if let why = whyNotNow(peer, at: now) { return .unheard(why) }
        if spurt.share.isOlder(peer) { return .unheard(.unknown) }
        return spurt.share.hearsNow(peer) == nil ? nil : .heard
    }

    /// Why a peer does not hear what is said to it now; nil where it hears or has not said.
    package func whyNotNow(_ peer: Int, at now: Instant) -> Obstacle? {
        guard let spurt = spurtNow(to: peer) else { return nil }
        if spurt.isSilent(peer, at: now) { return .noAnswer }
        return spurt.share.whyNow(peer).map { .told($0) }
    }

    /// The newest talkspurt to the peer that goes on: what the peer says of an older one, such as
    /// an announcement, tells nothing of it.
    private func spurtNow(to peer: Int) -> Talkspurt? {
        spurts.last { $0.ended == nil && $0.share.listeners.contains(peer) }
    }
}

extension Talkspurt {
    /// Whether it goes on, to this target.
    fileprivate func isOpen(to target: Int) -> Bool { self.target == target && ended == nil }
}
