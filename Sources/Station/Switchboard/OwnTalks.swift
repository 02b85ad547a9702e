package import Time
internal import Wire

/// The hearing of this station's own talk by its listeners, from their REPORT and HEARD records.
///
/// During a talkspurt, whether any listener hears it; after its end, the share that each listener
/// has heard.
package struct OwnTalks: Sendable {
    /// The facts about one listener.
    struct Listener {
        /// The listener last reported that it does not hear us.
        var isDeaf = false
        /// The sound knows that the listener may not hear us.
        var isDoubted = false
        /// The share of our last talkspurt that the listener has heard; nil before the first.
        var lastWords: LastHeard?
        /// How much of each of our streams the listener has played, from its reports.
        var played = [PlayedSum](repeating: PlayedSum(), count: 32)
        /// The listener was added while this station ran, and has had no session yet.
        var isAdded = false
        /// The last measured round trip.
        var roundTrip: Duration?
    }

    /// Talkspurts kept at most; the oldest makes room, because the end of a talkspurt may go
    /// unreported.
    static let spurtsMax = 128

    /// Talkspurts whose listeners still report, from the oldest.
    var spurts: [Talkspurt] = []
    private var begun = 0
    var listeners = ByPeer(Listener())
}

// MARK: Talkspurts

extension OwnTalks {
    /// Begins a talkspurt: the microphone opened for a target, or an announcement began.
    ///
    /// `first` is the number of its first frame, where known, and `isDoubted` says whether its
    /// listeners did not hear the talk before.
    ///
    /// - Returns: The number of the talkspurt, which its outcome bears.
    @discardableResult
    mutating func began(
        _ target: Int, called name: String?, _ listeners: PeerSet, first: UInt16? = nil,
        isDoubted: Bool = false, _ around: Surroundings, at now: Instant, _ orders: inout Orders
    ) -> Int {
        if spurts.count >= Self.spurtsMax { spurts.removeFirst() }
        begun += 1
        let share = HeardShare(
            stream: target < 32 ? UInt8(target) : 0, first: first, listeners: listeners,
            frameMs: Double(around.frameSamples) / 48)
        spurts.append(
            Talkspurt(
                number: begun, to: target, called: name, share, isDoubted: isDoubted, at: now))
        judge(spurts.count - 1, around, at: now, &orders)
        return begun
    }

    /// Adds listeners to the talkspurts to a target.
    mutating func joined(_ target: Int, by others: PeerSet, at now: Instant) {
        for place in spurts.indices where spurts[place].isOpen(to: target) {
            spurts[place].join(others, at: now)
        }
    }

    /// Ends a talkspurt of which so many frames were sent.
    mutating func ended(_ target: Int, frames: Int, at now: Instant) {
        guard let place = spurts.lastIndex(where: { $0.isOpen(to: target) }) else { return }
        spurts[place].end(frames: frames, at: now)
    }
}

// MARK: Peers

extension OwnTalks {
    /// Begins a session with a peer: both sides count from 0 where either has restarted.
    ///
    /// A peer that was added here may have known this station before, and its count may go on.
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

    /// Takes the round trip to a peer.
    mutating func measured(_ roundTrip: Duration, to peer: Int) {
        listeners[peer].roundTrip = roundTrip
    }

    /// Notes that a peer is not in the settings any more: its reports are no longer awaited.
    mutating func removed(_ peer: Int) { listeners[peer].roundTrip = nil }

    /// Forgets a peer whose number now belongs to another.
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

    /// Returns the share of the last talkspurt that a peer has heard; nil before the first.
    package func lastWords(to peer: Int) -> LastHeard? { listeners[peer].lastWords }

    /// Returns whether a peer last reported that it does not hear us, or stopped reporting.
    package func isDeaf(_ peer: Int) -> Bool { listeners[peer].isDeaf }

    /// Returns whether this station talks to one of these open targets, and nobody can hear the
    /// talk.
    package func isTalkingToNobody(_ targets: some Swift.Sequence<Int>) -> Bool {
        let open = spurts.filter {
            $0.ended == nil && Surroundings.isVoice($0.target) && targets.contains($0.target)
        }
        return !open.isEmpty && open.allSatisfy { $0.isUnheard }
    }

    /// Whether a talkspurt to a peer goes on.
    package func isSpeaking(to peer: Int) -> Bool { spurtNow(to: peer) != nil }

    /// Returns whether a peer hears this station's talk now; nil until the peer has reported.
    ///
    /// `isHeld` says whether a program holds a talk to the peer open.
    func hearsNow(
        _ peer: Int, isHeld: Bool, _ around: Surroundings, at now: Instant
    ) -> NowHeard? {
        guard !around.down.contains(peer) else { return nil }
        guard let spurt = spurtNow(to: peer) else {
            // The held talk is no talkspurt, because the microphone is gone.
            let isLost = isHeld && around.silence == .microphoneLost
            return isLost ? .unheard(.microphoneLost) : nil
        }
        if let silence = around.silence(of: spurt.target) { return .unheard(silence) }
        if around.cutOff.contains(peer) { return .unheard(.noNetwork) }
        if let why = whyNotNow(peer, at: now) { return .unheard(why) }
        if spurt.share.isOlder(peer) { return .unheard(.unknown) }
        return spurt.share.hearsNow(peer, at: now) == nil ? nil : .heard
    }

    /// Returns why a peer does not hear this station's talk now; nil where it hears or has not
    /// reported.
    package func whyNotNow(_ peer: Int, at now: Instant) -> Obstacle? {
        guard let spurt = spurtNow(to: peer) else { return nil }
        if spurt.isSilent(peer, at: now) { return .noAnswer }
        return spurt.share.whyNow(peer, at: now).map { .told($0) }
    }

    /// Returns the newest talkspurt to the peer that goes on: reports on an older one, such as an
    /// announcement, show nothing about it.
    private func spurtNow(to peer: Int) -> Talkspurt? {
        spurts.last { $0.ended == nil && $0.share.listeners.contains(peer) }
    }
}

extension Talkspurt {
    /// Whether the talkspurt goes on, and is to this target.
    fileprivate func isOpen(to target: Int) -> Bool { self.target == target && ended == nil }
}

/// The share of a talkspurt that each listener has heard, after its end.
extension OwnTalks {
    /// The last reports come within this time: a second, a repetition, and a round trip.
    private static let reportsMax = Duration.milliseconds(1_300)
    private static let wayMax = Duration.seconds(3)

    /// Per cent of a talkspurt: of a smaller share, the obstacle to the rest is reported.
    private static let wholeMin = 90

    /// When the last reports on the next talkspurt are in, or one is to be judged again.
    package var deadline: Instant? {
        spurts.compactMap { reportsIn($0) ?? $0.judgedNext }.min()
    }

    /// Returns when the last reports on an ended talkspurt are in.
    private func reportsIn(_ spurt: Talkspurt) -> Instant? {
        guard let ended = spurt.ended else { return nil }
        let way = spurt.share.listeners.compactMap { listeners[$0].roundTrip }.max()
        return ended.at + Self.reportsMax + min(way ?? .zero, Self.wayMax)
    }

    /// Reports talkspurts whose last reports are in, first to the programs that wait.
    mutating func tick(
        _ around: Surroundings, at now: Instant, _ pager: inout Pager,
        _ announcer: inout Announcer, _ orders: inout Orders
    ) {
        for place in spurts.indices where spurts[place].judgedNext.map({ now >= $0 }) ?? false {
            judge(place, around, at: now, &orders)
        }
        while let place = spurts.firstIndex(where: {
            reportsIn($0).map { now >= $0 } ?? false
        }) {
            let spurt = spurts.remove(at: place)
            guard let ended = spurt.ended else { continue }
            let heard = outcomes(of: spurt, ended, around)
            pager.reportsAreIn(spurt.number, to: spurt.target, heard, &orders)
            announcer.reportsAreIn(spurt.number, heard, &orders)
            // A key that was released at once has sent nothing.
            guard ended.frames > 0 else { continue }
            // A peer that hangs up stops reporting; and in a call people can ask each other.
            guard spurt.target != Int(TalkTarget.call) else { continue }
            for one in heard {
                listeners[one.peer].lastWords = LastHeard(heard: one, at: ended.at)
            }
            let ms = ended.frames * around.frameSamples / 48
            orders.add(.heard(target: spurt.name, .milliseconds(ms), heard))
        }
    }

    private func outcomes(
        of spurt: Talkspurt, _ ended: (frames: Int, at: Instant), _ around: Surroundings
    ) -> [HeardAt] {
        let length = Double(ended.frames * around.frameSamples) / 48
        let open = Surroundings.isVoice(spurt.target) ? spurt.openShare(ofMs: length) : 1
        return around.peers.filter { spurt.share.listeners.contains($0) }.map { peer in
            let found = spurt.share.outcome(of: peer, frames: ended.frames, endedAt: ended.at)
            var obstacle = self.obstacle(found, of: spurt, at: peer, around)
            if obstacle == nil, found.percent < Self.wholeMin {
                obstacle = spurt.missedBy.contains(peer) ? .noAnswer : .network
            }
            if open < 0.95, found.percent > 0 { obstacle = spurt.silence }
            let percent = Int((Double(found.percent) * open).rounded())
            return HeardAt(peer: peer, percent: percent, obstacle)
        }
    }

    /// Returns why a listener did not hear all of a talkspurt; nil where its reports show no
    /// reason.
    private func obstacle(
        _ found: HeardShare.Outcome, of spurt: Talkspurt, at peer: Int, _ around: Surroundings
    ) -> Obstacle? {
        let way = around.obstacle(to: peer, isVoice: false)
        if !found.hasReported { return way ?? spurt.silence ?? .noAnswer }
        if !found.isKnown { return .unknown }
        if found.why != .heard { return .told(found.why) }
        return found.hasGone ? way ?? .noAnswer : nil
    }
}

/// What listeners report.
extension OwnTalks {
    /// Takes a listener's report on our sound, and the HEARD record beside it.
    mutating func reported(
        _ report: Report, _ heard: Heard?, by peer: Int, _ around: Surroundings, at now: Instant,
        _ orders: inout Orders
    ) {
        var rest: Report? = report
        // From the newest talkspurt on: the part that is not its own belongs to the one before.
        for place in spurts.indices.reversed() {
            // Two streams may both have number 0; each is for one peer alone.
            guard let report = rest, spurts[place].share.listeners.contains(peer)
            else { continue }
            rest = spurts[place].share.report(report, heard, from: peer, at: now)
            judge(place, around, at: now, &orders)
        }
        if let heard { countPlayed(heard, by: peer, at: now) }
        updateWord(of: peer, around, &orders)
    }

    /// Takes a HEARD record without a report: whether a listener hears us at this moment.
    mutating func told(
        _ heard: Heard, by peer: Int, _ around: Surroundings, at now: Instant,
        _ orders: inout Orders
    ) {
        countPlayed(heard, by: peer, at: now)
        guard heard.played == nil else { return }
        for place in spurts.indices where spurts[place].ended == nil {
            spurts[place].share.note(heard, from: peer, at: now)
            judge(place, around, at: now, &orders)
        }
        updateWord(of: peer, around, &orders)
    }

    /// Counts a listener's played sound for its talkspurts, the oldest first.
    private mutating func countPlayed(_ heard: Heard, by peer: Int, at now: Instant) {
        var ms: UInt16 = 0
        if let played = heard.played, PacketFlags.streams.contains(heard.stream) {
            ms = listeners[peer].played[Int(heard.stream)].grow(to: played)
        }
        let places = spurts.indices.filter {
            spurts[$0].share.stream == heard.stream && spurts[$0].share.listeners.contains(peer)
        }
        for place in places {
            let isNewest = place == places.last
            guard isNewest || ms > 0 else { continue }
            let own = isNewest ? ms : min(ms, spurts[place].waiting(at: peer))
            spurts[place].share.add(own, heard, from: peer, at: now)
            ms -= own
        }
    }

    /// Keeps a listener's last statement on whether it hears us.
    private mutating func updateWord(
        of peer: Int, _ around: Surroundings, _ orders: inout Orders
    ) {
        let words = spurts.compactMap { $0.share.hears(peer) }
        guard let hears = words.last else { return }
        listeners[peer].isDeaf = !hears
        updateDoubt(of: peer, around, &orders)
    }

    /// Tells the sound whether a peer may not hear us: a tone must not promise that it does.
    mutating func updateDoubt(of peer: Int, _ around: Surroundings, _ orders: inout Orders) {
        let isDoubted = listeners[peer].isDeaf || around.cutOff.contains(peer)
        guard isDoubted != listeners[peer].isDoubted else { return }
        listeners[peer].isDoubted = isDoubted
        orders.add(.doubt(peer: peer, isDoubted))
    }
}

/// How much more a listener has played of one of our streams, from the sums that it reports
/// (protocol.md §2.4).
struct PlayedSum: Sendable {
    /// A sum that lies behind by up to so many ms arrived after later ones.
    private static let lateMost: UInt16 = 5_000

    /// The last sum, in ms modulo 2^16; nil where it is not known.
    private var total: UInt16?

    /// Begins at 0: the listener, or this station, has restarted.
    mutating func begin() { total = 0 }

    /// Forgets the sum: the listener may have begun a new count.
    mutating func forget() { total = nil }

    /// Returns the milliseconds played since the last sum, also those of lost reports between them.
    mutating func grow(to played: Heard.Played) -> UInt16 {
        guard let before = total else {
            total = played.total
            return played.ms
        }
        let since = played.total &- before
        let behind = before &- played.total
        // Half of the circle is 32 s.
        guard since > .max / 2 else {
            total = played.total
            return since
        }
        guard behind > Self.lateMost else { return 0 }
        total = played.total
        return played.ms
    }
}
