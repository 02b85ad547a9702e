internal import Station
internal import Time
internal import Wire

/// What must hold at one station at any moment of a day.
struct RoomRules {
    /// What an ended page or announcement waits for: the last reports, and the way there and back.
    private static let reportsMax = Duration.seconds(6)
    private static let pageMax = Duration.seconds(61)
    private static let announcementMax = Duration.seconds(63)
    /// A speaker that is away for ten seconds counts as one that cannot beep; it is looked at once
    /// a second.
    private static let speakerPatience = Duration.seconds(12)

    /// Calls that began, and those of them that ended.
    private var begun: Set<CallID> = []
    private var ended: Set<CallID> = []
    /// Calls that a person here answered, or had asked for as well.
    private var wanted: Set<CallID> = []
    /// Calls that opened something here by themselves.
    private var openedAlone: Set<CallID> = []
    private var cancelled: (peers: [Int], at: Instant)?
    /// Virtual keys that are down.
    private(set) var down: Set<Int> = []
    private(set) var isRinging = false
    private(set) var isBeeping = false
    private var pageSince: Instant?
    /// The caller of the page that there is.
    private var pageCaller: ProgramTicket?
    private var announcedSince: Instant?
    /// The signals of each peer that have switched a relay, by their `mid`.
    private var switched: [Int: Set<UInt32>] = [:]
    private var signsSeen: Instant?
    private var hasTalkLamp = false
    /// When a record was sent last that must be acknowledged.
    private(set) var numberedAt: Instant?
    /// The highest number of a record to each peer.
    private(set) var lastNumber: [Int: UInt32] = [:]
    private var isStopping = false

    // MARK: What happens

    mutating func pageAsked() { (pageSince, pageCaller) = (nil, nil) }
    mutating func pageKept(for caller: ProgramTicket) { pageCaller = caller }
    mutating func personAnswered(_ id: CallID) { wanted.insert(id) }

    /// Whether this is a reason to refuse a wish, as things are here.
    func mayRefuse(_ wish: Wish, _ problem: Wish.Problem, hasMicrophone: Bool) -> Bool {
        switch (wish, problem) {
        case (.talk(let named, _), .unknown), (.page(let named, _), .unknown),
            (.call(let named, _), .unknown):
            named.found == nil
        case (.talk(_, isDown: true), .noMicrophone), (.reply(isDown: true), .noMicrophone),
            (.page, .noMicrophone):
            !hasMicrophone
        case (.reply, .nobodyHeard), (.call, .busy), (.call, .nobody), (.answer, .nothingRings),
            (.reject, .nothingRings), (.hangUp, .noCall):
            true
        default: false
        }
    }

    mutating func looked(isSpeakerOpen: Bool, _ settings: RoomSettings, at now: Instant) {
        if isSpeakerOpen, settings.canBeep { signsSeen = now }
        hasTalkLamp = settings.hasTalkLamp
    }

    mutating func saw(_ order: Order, at room: Room) {
        switch order {
        case .sound(.press(let target, true)): down.insert(target)
        case .sound(.press(let target, false)): down.remove(target)
        case .sound(.ring(let chime)): isRinging = chime != nil
        case .sound(.beep(let isOn)):
            isBeeping = isOn
            if isOn, !hasSigns(at: room) { room.fail("a room is heard, and nothing tells of it") }
        case .send(let peer, let payload): note(payload, to: peer, at: room)
        case .sound(.hear(let peer, _, .call, _)): isInCall(peer, at: room)
        case .sound(.hear(let peer, _, .page, let priority)): mayPage(peer, priority, at: room)
        case .switchRelay(let peer, let signal): switches(signal, of: peer, at: room)
        case .notice(.callBegan(let summary)): began(summary, at: room)
        case .notice(.callEnded(let summary, let ending)): ended(summary, ending, at: room)
        case .notice(.result(let peer, let mid, _, let outcome)):
            guard outcome != .done, outcome != .unseen, let asked = room.room(ofPeer: peer) else {
                return
            }
            room.house.requests.refused(
                .signal(asker: room.number, asked: asked, mid: mid), at: room.now)
        case .notice(.signal(let peer, _)):
            if !policy(of: peer, at: room).signal { room.fail("the call light is lit unasked") }
        default: break
        }
    }

    private func hasSigns(at room: Room) -> Bool {
        room.settings.hasTalkLamp || room.settings.canBeep && room.sound.hasPlayback
    }

    private mutating func note(_ payload: ControlPayload, to peer: Int, at room: Room) {
        _ = ControlReader.read(payload.bytes.span) { record in
            if case .offer(let offer) = record, let called = room.room(ofPeer: peer) {
                room.house.offered(offer.id, to: called)
            }
            guard let mid = record.mid else { return }
            numberedAt = room.now
            let last = lastNumber[peer] ?? mid
            lastNumber[peer] = Int32(bitPattern: mid &- last) > 0 ? mid : last
        }
    }

    /// A peer hears this room in its call, or is heard: its caller, or one that it called.
    private func isInCall(_ peer: Int, at room: Room) {
        guard let call = room.switchboard.call?.summary, !call.isOutgoing,
            peer != call.peers[0], let other = room.room(ofPeer: peer),
            !room.house.isOffered(call.id, to: other)
        else { return }
        room.fail("room \(other) is in call \(call.id.high), which was not offered to it")
    }

    private func policy(of peer: Int, at room: Room) -> Policy {
        room.room(ofPeer: peer).map { room.settings.policy(of: $0) } ?? Policy()
    }

    private func mayPage(_ peer: Int, _ priority: Priority, at room: Room) {
        let policy = policy(of: peer, at: room)
        guard !policy.announce, priority < .emergency || !policy.emergency else { return }
        room.fail("a page of peer \(peer) is heard against the policy")
    }

    private mutating func switches(_ signal: Signal, of peer: Int, at room: Room) {
        let policy = policy(of: peer, at: room)
        if !policy.relays.contains(signal.reference) { room.fail("a relay is switched unasked") }
        if signal.time != 0 { room.fail("a relay is asked for a time that is not its own") }
        if !switched[peer, default: []].insert(signal.mid).inserted {
            room.fail("a relay is switched twice for signal \(signal.mid) of peer \(peer)")
        }
        guard let asker = room.room(ofPeer: peer) else { return }
        room.judge(.signal(asker: asker, asked: room.number, mid: signal.mid))
    }

    private mutating func began(_ summary: CallSummary, at room: Room) {
        if !begun.insert(summary.id).inserted { room.fail("call \(summary.id.high) began twice") }
        // Both called each other: neither has to answer.
        if !summary.isOutgoing, let cancelled, cancelled.at == room.now,
            cancelled.peers.contains(summary.peers[0])
        {
            room.house.count(.meetings)
            wanted.insert(summary.id)
        }
    }

    private mutating func ended(_ summary: CallSummary, _ ending: CallEnding, at room: Room) {
        let id = summary.id
        if !begun.contains(id) { room.fail("call \(id.high) ended, and never began") }
        if !ended.insert(id).inserted { room.fail("call \(id.high) ended twice") }
        guard summary.isOutgoing else { return }
        if ending == .cancelled { cancelled = (summary.peers, room.now) }
        // Settings took the peer out while its offer was on the way: that is no answer of the peer.
        let isTakenOut =
            ending == .peerGone && summary.peers.contains { room.room(ofPeer: $0) == nil }
        if ending.isRefusal, !isTakenOut { room.house.requests.refused(.call(id), at: room.now) }
    }

    // MARK: At every moment

    /// Looks at the station when all is done that is to be done now.
    mutating func look(at room: Room) {
        lookAtCall(at: room)
        lookAtPage(at: room)
        lookAtTalks(at: room)
        lookAtCallers(at: room)
    }

    private mutating func lookAtCall(at room: Room) {
        let call = room.switchboard.call?.summary
        for peer in room.switchboard.participants { isInCall(peer, at: room) }
        for id in begun where !ended.contains(id) && id != call?.id {
            room.fail("call \(id.high) began, and is over without an end")
        }
        if let call, !call.isOutgoing, call.answeredAt != nil, !wanted.contains(call.id),
            openedAlone.insert(call.id).inserted
        {
            room.judge(.call(call.id))
        }
        if isBeeping != (call?.isHeardUnasked ?? false) {
            room.fail(isBeeping ? "it beeps for nobody" : "somebody listens without a beep")
        }
        guard down.contains(Int(TalkTarget.call)) else { return }
        guard let call else { return room.fail("the microphone is open for a call that is over") }
        guard !call.isOutgoing, !wanted.contains(call.id) else { return }
        let policy = policy(of: call.peers[0], at: room)
        let isAllowed =
            switch call.mode {
            case .call: policy.call == .auto
            case .dropIn: policy.dropIn
            case .listenIn: policy.monitor
            default: false
            }
        let hasSigns =
            hasTalkLamp || signsSeen.map { room.now - $0 < Self.speakerPatience } ?? false
        if !isAllowed || !hasSigns {
            room.fail(
                "peer \(call.peers[0]) has opened the microphone by call \(call.id.high), mode "
                    + "\(call.mode.rawValue)\(isAllowed ? ", without a beep or a lamp" : "")")
        }
    }

    private mutating func lookAtPage(at room: Room) {
        let isPaging = room.switchboard.pager.name != nil
        if let pageSince, !isPaging, room.now - pageSince >= .seconds(60) {
            room.house.count(.pagesTimedOut)
        }
        pageSince = isPaging ? pageSince ?? room.now : nil
        if !isPaging { pageCaller = nil }
        if let pageSince, room.now - pageSince > Self.pageMax { room.fail("a page does not end") }
        if down.contains(Int(TalkTarget.page)) != isPaging {
            room.fail(isPaging ? "a page has no microphone" : "the key of a page stays down")
        }
        let isSpeaking = room.switchboard.announcer.isSpeaking
        announcedSince = isSpeaking ? announcedSince ?? room.now : nil
        if let announcedSince, room.now - announcedSince > Self.announcementMax {
            room.fail("an announcement does not end")
        }
    }

    private func lookAtTalks(at room: Room) {
        let held = room.switchboard.heldTalks.targets
        for target in down where !TalkTarget.aimed.contains(where: { $0.id == target }) {
            if !held.contains(target) { room.fail("nobody holds the talk to \(target)") }
        }
    }

    private func lookAtCallers(at room: Room) {
        let (now, announcer) = (room.now, room.switchboard.announcer)
        let pageCaller = pageCaller
        room.callers.end(
            where: { caller in
                switch caller.kind {
                case .talk: now - caller.since > room.settings.talkMax
                case .page: caller.ticket != pageCaller
                case .announcement: !announcer.awaitsSound && !announcer.isSpeaking
                }
            }, at: now)
        let known = room.switchboard.tickets
        for caller in room.callers.waiting where !known.contains(caller.ticket) {
            room.fail("caller \(caller.ticket.number) (\(caller.kind)) is forgotten")
        }
        for caller in room.callers.waiting {
            guard let over = caller.overSince, now - over > Self.reportsMax else { continue }
            room.fail("caller \(caller.ticket.number) (\(caller.kind)) gets no answer")
        }
    }

    // MARK: At the end

    /// The station has stopped as it should.
    func stops(at room: Room) {
        if begun != ended { room.fail("a call has no end, though the station stopped") }
    }

    /// What is not at rest, though nobody does anything any more.
    func unrest(at room: Room) -> String? {
        let switchboard = room.switchboard
        if switchboard.call != nil { return "there is a call" }
        if isRinging { return "it rings" }
        if isBeeping { return "it beeps" }
        if !down.isEmpty { return "keys are down: \(down.sorted())" }
        if switchboard.pager.name != nil { return "there is a page" }
        if switchboard.announcer.job != nil { return "there is an announcement" }
        if !room.callers.waiting.isEmpty { return "callers wait" }
        if switchboard.openTalks.isAny { return "the microphone is open" }
        if !switchboard.heldTalks.targets.isEmpty { return "a talk is held" }
        // To any target that there may have been.
        let targets = 0..<(32 + PeerSet.capacity)
        if targets.contains(where: { switchboard.ownTalks.lastSpurt(to: $0) != nil }) {
            return "a talkspurt awaits reports"
        }
        if let numberedAt, room.now - numberedAt < .seconds(10) {
            return "records are not acknowledged"
        }
        return nil
    }
}

extension CallEnding {
    /// Whether its caller was told that nothing came of it.
    fileprivate var isRefusal: Bool {
        switch self {
        case .hungUp, .hungUpThere, .cancelled, .answeredElsewhere, .preempted: false
        default: true
        }
    }
}
