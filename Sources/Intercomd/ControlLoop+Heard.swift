internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What came of this station's last words at a peer.
struct LastTalk {
    let heard: HeardBy
    let at: Instant
}

/// After a talkspurt: who has heard how much of it; during it, whether anybody does.
extension ControlLoop {
    /// The last reports come within so long: a second, what is said again, and the way there and
    /// back.
    private static var reportsMax: Duration { .milliseconds(1_300) }
    private static var wayMax: Duration { .seconds(3) }

    /// Changes of one talkspurt that are told at once, and how far apart those after them are.
    private static var tellingsMax: Int { 6 }
    private static var tellingsApart: Duration { .seconds(10) }

    /// Per cent of a talkspurt: of less than that, it is told what became of the rest.
    private static var wholeMin: Int { 90 }

    /// Of one whose end was not told, nothing is kept for ever.
    private static var spurtsMax: Int { 128 }

    /// The microphone opened for this target, or an announcement began.
    ///
    /// `first` is the number of its first frame, where that is known.
    mutating func saying(_ target: Int, first: UInt16? = nil, isDoubted: Bool = false) {
        if view.spurts.count >= Self.spurtsMax { view.spurts.removeFirst() }
        let frameMs = Double(plan.sound.frameSamples) / 48
        let share = HeardShare(
            stream: target < 32 ? UInt8(target) : 0, first: first,
            listeners: listeners(of: target), frameMs: frameMs)
        view.spurtsBegun += 1
        view.spurts.append(
            OwnSpurt(
                number: view.spurtsBegun, target: target, name: name(of: target), share: share,
                isDoubted: isDoubted, at: now))
        judge(view.spurts.count - 1)
    }

    /// Others hear it as well from now on.
    mutating func joined(_ target: Int, by listeners: PeerSet) {
        for place in view.spurts.indices
        where view.spurts[place].target == target && view.spurts[place].ended == nil {
            view.spurts[place].join(listeners, at: now)
        }
    }

    /// It is over, so many frames of it were sent.
    mutating func said(_ target: Int, frames: Int) {
        guard
            let place = view.spurts.lastIndex(where: { $0.target == target && $0.ended == nil })
        else { return }
        view.spurts[place].end(frames: frames, at: now)
    }

    /// A listener says what came of our sound, and what of that was heard.
    mutating func noteReport(_ report: Report, _ heard: Heard?, from peer: Int) {
        var rest: Report? = report
        // From the newest: what is not of it is of the one before.
        for place in view.spurts.indices.reversed() {
            // Of two streams that are 0, each is for one peer alone.
            guard let report = rest, view.spurts[place].share.listeners.contains(peer)
            else { continue }
            rest = view.spurts[place].share.report(report, heard, from: peer, at: now)
            judge(place)
        }
        if let heard { notePlayed(heard, from: peer) }
        noteWord(from: peer)
    }

    /// Counts what a listener has played for the talkspurts it was of: what was said first was
    /// played first.
    private mutating func notePlayed(_ heard: Heard, from peer: Int) {
        var ms: UInt16 = 0
        if let played = heard.played, FrameFlags.streams.contains(heard.stream) {
            ms = view.peers[peer].played[Int(heard.stream)].grow(to: played)
        }
        let places = view.spurts.indices.filter {
            view.spurts[$0].share.stream == heard.stream
                && view.spurts[$0].share.listeners.contains(peer)
        }
        for place in places {
            let isNewest = place == places.last
            guard isNewest || ms > 0 else { continue }
            let own = isNewest ? ms : min(ms, view.spurts[place].waiting(at: peer))
            view.spurts[place].share.add(own, heard, from: peer, at: now)
            ms -= own
        }
    }

    /// Keeps what a listener has said last: whether it hears us.
    private mutating func noteWord(from peer: Int) {
        let words = view.spurts.compactMap { $0.share.hearsNow(peer) }
        guard let hears = words.last else { return }
        view.peers[peer].isDeaf = !hears
        doubt(peer)
    }

    /// Tells the media loop whether a peer may not hear us: a tone must not promise that it does.
    private mutating func doubt(_ peer: Int) {
        let isDoubted = view.peers[peer].isDeaf || isCutOff(from: peer)
        guard isDoubted != view.peers[peer].isDoubted else { return }
        view.peers[peer].isDoubted = isDoubted
        rings.tell(.doubt(peer: peer, isDoubted))
    }

    /// Of whom nothing more comes back is not taken to hear because it once said so.
    mutating func followSilentListeners() {
        for place in view.spurts.indices where view.spurts[place].ended == nil {
            let spurt = view.spurts[place]
            let silent = roster.numbers.filter { spurt.isSilent($0, at: now) }
            for peer in silent where view.peers[peer].reach == .up {
                view.peers[peer].isDeaf = true
                doubt(peer)
            }
            if !silent.isEmpty { judge(place) }
        }
    }

    /// The own network went, or came.
    mutating func judgeAnew() {
        for peer in roster.numbers { doubt(peer) }
        for place in view.spurts.indices { judge(place) }
    }

    /// A listener says whether it hears us at this moment.
    mutating func note(_ heard: Heard, from peer: Int) {
        notePlayed(heard, from: peer)
        guard heard.played == nil else { return }
        for place in view.spurts.indices where view.spurts[place].ended == nil {
            view.spurts[place].share.note(heard, from: peer, at: now)
            judge(place)
        }
        noteWord(from: peer)
    }

    /// Whether anybody can hear a talkspurt that goes on; who speaks is told when nobody can.
    ///
    /// A peer that has not said is taken to hear.
    private mutating func judge(_ place: Int) {
        let spurt = view.spurts[place]
        guard spurt.ended == nil else { return }
        let silence = silence(of: spurt.target)
        view.spurts[place].follow(silence, since: silentSince, at: now)
        let there = spurt.share.listeners.filter {
            view.peers[$0].reach == .up && !isCutOff(from: $0)
        }
        if spurt.isDoubted, silence == nil {
            let hasHeard = there.contains { spurt.share.hearsNow($0) == true }
            guard hasHeard || there.allSatisfy({ spurt.share.hearsNow($0) != nil }) else { return }
            view.spurts[place].isDoubted = false
            if hasHeard {
                view.spurts[place].isUnheard = false
                if isFinger(spurt.target) { rings.tell(.chime(.permit)) }
                return
            }
        }
        let isHeard =
            silence == nil
            && there.contains {
                spurt.share.hearsNow($0) != false && !spurt.isSilent($0, at: now)
            }
        guard isHeard == spurt.isUnheard else { return }
        view.spurts[place].isUnheard = !isHeard
        guard spurt.tellings < Self.tellingsMax || now >= spurt.toldAt + Self.tellingsApart
        else { return }
        view.spurts[place].tellings += 1
        view.spurts[place].toldAt = now
        guard !isHeard else {
            if isFinger(spurt.target) { rings.tell(.chime(.permit)) }
            return
        }
        let isAnyUp = spurt.share.listeners.contains { view.peers[$0].reach == .up }
        // The media loop itself says that nobody is there.
        if isFinger(spurt.target), isAnyUp || spurt.isDoubted { rings.tell(.chime(.nobody)) }
        tellNobody(spurt.name, unheard(of: spurt.share, isVoice: isVoice(spurt.target)))
    }

    /// Whether what goes to this target comes from the microphone.
    private func isVoice(_ target: Int) -> Bool { target != Int(TalkTarget.announcement) }

    /// Why silence, or nothing, goes to this target instead of the microphone's sound.
    private func silence(of target: Int) -> HeardBy.Reason? {
        isVoice(target) ? microphoneSilence : nil
    }

    /// Whether the tones tell of a talk to this target: in a call they would disturb it, and each
    /// side can say whether it hears.
    private func isFinger(_ target: Int) -> Bool {
        target != Int(TalkTarget.announcement) && target != Int(TalkTarget.call)
            && plan.hasPermitTone
    }

    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    func hindrance(to peer: Int, isVoice: Bool = true) -> HeardBy.Reason? {
        if isCutOff(from: peer) { return .noNetwork }
        if view.peers[peer].reach == .down { return .down }
        return isVoice ? microphoneSilence : nil
    }

    /// Why those who were to hear it do not, as far as is known now.
    private func unheard(of share: HeardShare, isVoice: Bool) -> [HeardBy] {
        roster.numbers.filter { share.listeners.contains($0) }.map { peer in
            let isDown = view.peers[peer].reach != .up
            let why = whyNotNow(peer) ?? share.whyNow(peer).flatMap { HeardBy.Reason($0) }
            let reason = hindrance(to: peer, isVoice: isVoice) ?? (isDown ? .down : why)
            return HeardBy(roster[peer].name, percent: nil, reason: reason)
        }
    }

    private mutating func tellNobody(_ target: String?, _ heard: [HeardBy]) {
        var event = Event(.noListener, at: Int(Clock.wallMilliseconds()))
        event.target = target
        event.detail = heard.sentence
        event.outcome = "unheard"
        event.heard = heard
        announce(event)
    }

    /// Whether this station talks, and nobody can hear any of it: what the lamp shows.
    var isTalkingToNobody: Bool {
        let open = view.spurts.filter {
            $0.ended == nil && $0.target != Int(TalkTarget.announcement)
                && view.talkingSince[$0.target] != nil
        }
        return !open.isEmpty && open.allSatisfy { $0.isUnheard }
    }

    /// Whether a peer hears what is said to it now: `heard`, or why not; nil until it has said.
    func hearsNow(_ peer: Int) -> String? {
        guard view.peers[peer].reach != .down else { return nil }
        guard let spurt = spurtNow(to: peer) else { return silenceInstead(to: peer)?.rawValue }
        if let silence = silence(of: spurt.target) { return silence.rawValue }
        if let why = whyNotNow(peer) { return why.rawValue }
        if spurt.share.isOlder(peer) { return HeardBy.Reason.unknown.rawValue }
        return spurt.share.hearsNow(peer) == nil ? nil : "heard"
    }

    /// Why a talk to the peer that a program holds open is no talkspurt: the microphone is gone.
    private func silenceInstead(to peer: Int) -> HeardBy.Reason? {
        let isHeld = switchboard.talks.targets.contains { listeners(of: $0).contains(peer) }
        return isHeld && microphoneSilence == .microphoneLost ? .microphoneLost : nil
    }

    /// Why a peer does not hear what is said to it now; nil where it hears or has not said.
    func whyNotNow(_ peer: Int) -> HeardBy.Reason? {
        guard let spurt = spurtNow(to: peer) else { return nil }
        if spurt.isSilent(peer, at: now) { return .noAnswer }
        guard spurt.share.hearsNow(peer) == false else { return nil }
        return spurt.share.whyNow(peer).flatMap { HeardBy.Reason($0) } ?? .other
    }

    /// Of the newest talkspurt to the peer that goes on: what it says of an older one, such as an
    /// announcement, tells nothing of it.
    func spurtNow(to peer: Int) -> OwnSpurt? {
        view.spurts.last { $0.ended == nil && $0.share.listeners.contains(peer) }
    }

    /// When the next talkspurt's last reports are in.
    var heardDeadline: Instant? {
        view.spurts.compactMap { reportsIn($0) }.min()
    }

    /// When the last reports on a talkspurt that is over are in.
    private func reportsIn(_ spurt: OwnSpurt) -> Instant? {
        guard let ended = spurt.ended else { return nil }
        let ways = roster.numbers.filter { spurt.share.listeners.contains($0) }
            .compactMap { station.view(of: $0).roundTrip }
        return ended.at + Self.reportsMax + min(ways.max() ?? .zero, Self.wayMax)
    }

    /// Tells of talkspurts whose last reports are in.
    mutating func tellHeard() {
        while let place = view.spurts.firstIndex(where: {
            reportsIn($0).map { now >= $0 } ?? false
        }) {
            let spurt = view.spurts.remove(at: place)
            guard let ended = spurt.ended else { continue }
            let found = outcomes(spurt, ended)
            announcementHeard(spurt.number, found.map { $0.heard })
            pageHeard(spurt, found.map { $0.heard })
            // A key let go at once has said nothing.
            guard ended.frames > 0 else { continue }
            // Who hangs up reports no more; and in a call each can say whether he hears.
            guard spurt.target != Int(TalkTarget.call) else { continue }
            for one in found {
                view.peers[one.peer].lastWords = LastTalk(heard: one.heard, at: ended.at)
            }
            let ms = ended.frames * plan.sound.frameSamples / 48
            tell(found.map { $0.heard }, of: spurt.name, since: now - .milliseconds(ms))
        }
    }

    private mutating func tell(_ heard: [HeardBy], of target: String?, since begin: Instant) {
        var event = Event(.heard, at: Int(Clock.wallMilliseconds()))
        event.target = target
        event.seconds = seconds(now - begin)
        event.detail = heard.sentence
        event.outcome = heard.isHeard ? "heard" : "unheard"
        event.heard = heard
        announce(event)
    }

    private func outcomes(
        _ spurt: OwnSpurt, _ ended: (frames: Int, at: Instant)
    ) -> [(peer: Int, heard: HeardBy)] {
        let length = Double(ended.frames * plan.sound.frameSamples) / 48
        let open = isVoice(spurt.target) ? spurt.openShare(ofMs: length) : 1
        return roster.numbers.filter { spurt.share.listeners.contains($0) }.map { peer in
            let found = spurt.share.outcome(
                of: peer, frames: ended.frames, endedAt: ended.at)
            var reason = HeardBy.Reason(found.why)
            if !found.hasReported {
                reason = hindrance(to: peer, isVoice: false) ?? spurt.silence ?? .noAnswer
            } else if !found.isKnown {
                reason = .unknown
            } else if reason == nil, found.hasGone {
                reason = hindrance(to: peer, isVoice: false) ?? .noAnswer
            }
            if reason == nil, found.percent < Self.wholeMin { reason = .network }
            if open < 0.95, found.percent > 0 { reason = spurt.silence }
            let percent = Int((Double(found.percent) * open).rounded())
            return (peer, HeardBy(roster[peer].name, percent: percent, reason: reason))
        }
    }
}
