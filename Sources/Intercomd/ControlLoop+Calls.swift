internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Calls, pages, signals and relays: what the core asks for, and what people do.
extension ControlLoop {
    mutating func perform(_ action: CallAction) {
        switch action {
        case .began(let summary): began(summary)
        case .state(let id, let state): stands(id, state)
        case .ended(let summary, let ending): ended(summary, ending)
        case .microphone(let stream, let listeners): open(stream, to: listeners)
        case .notice(let notice, let peer): told(notice, of: peer)
        case .redial(let peer): redial(peer)
        case .pageBegan(let peer, _, let reference, let priority):
            tell(
                .page, peer: peer, target: channelName(of: reference),
                detail: priority == .normal ? nil : priority.word)
        case .pageEnded(let peer, _, let isTimeUp):
            tell(.pageEnd, peer: peer, detail: isTimeUp ? "a page lasts a minute at most" : nil)
        case .pageTimeUp(let stream): pageTimeUp(stream)
        case .asked(let peer, let signal): asked(signal, by: peer)
        case .resulted(let peer, let request, let status):
            switchboard.resulted(request, of: peer, PeerRequests.Outcome(status))
        case .refused(let peer, let refusal, let count):
            let more = count > 1 ? ", \(count) times since the start" : ""
            tell(.refused, peer: peer, target: refusal.rawValue, detail: "not allowed\(more)")
        }
    }

    /// Tells the core what peers may do and whether people want to be disturbed.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: Roster.capacity)
        for number in roster.numbers {
            configured[number] = Policy(config.policy(ofPeer: roster[number].name))
        }
        let policies = switchboard.policies(configured, listenerSigns, at: now)
        station.consent(to: policies, isDoNotDisturb ? .doNotDisturb : .open, at: now)
        station.setHalfDuplex(handsFree.isHalfDuplex)
    }

    /// Whether people here are told by a beep or a lamp that somebody listens.
    var tellsOfListeners: Bool { switchboard.consent.tellsOfListeners(listenerSigns, at: now) }

    private var listenerSigns: Consent.Signs {
        Consent.Signs(
            isSpeakerOpen: cards.output.isOpen,
            canBeep: cards.output.isWanted && config.audio.volume != .mute,
            hasTalkLamp: lines.canShow(.talking))
    }

    /// Whether this peer may open the microphone with nobody here touching a key.
    func opensUnasked(_ peer: Int) -> Bool {
        Policy(config.policy(ofPeer: roster[peer].name)).opensMicrophone
    }

    // MARK: What the core says

    private mutating func began(_ summary: CallSummary) {
        record(record(of: summary, .start))
    }

    private mutating func ended(_ summary: CallSummary, _ ending: CallEnding) {
        var record = record(of: summary, .end)
        record.cause = HistoryRecord.Cause(ending)
        record.isMissed = summary.isMissed(by: ending)
        record.ringSeconds = seconds((summary.answeredAt ?? now) - summary.since)
        if let answered = summary.answeredAt {
            record.talkSeconds = seconds(now - answered)
            // Of what opens by itself nobody has answered.
            if record.kind == .call {
                record.answeredBy =
                    summary.isOutgoing
                    ? summary.answeredBy.map { roster[$0].name } ?? "" : config.station.name
            }
        }
        self.record(record)
        view.lastEnded = record
        if record.isMissed { view.hasMissed = true }
        let peer = summary.answeredBy ?? summary.peers.first
        tell(
            record.isMissed ? .missedCall : .callEnded, peer: peer,
            target: channelName(of: summary), since: summary.answeredAt,
            detail: record.cause?.words, call: summary.id)
        // One that was turned away leaves alone what goes on meanwhile.
        if summary.id == view.ringing { ring(nil, for: nil) }
        if summary.isHeardUnasked { rings.tell(.beep(false)) }
        switch ending {
        case .busy, .declined, .doNotDisturb, .refused, .unknownMode, .unreachable:
            if summary.isOutgoing { rings.tell(.chime(.busy)) }
        default:
            if summary.answeredAt != nil { rings.tell(.chime(.ended)) }
        }
    }

    private mutating func stands(_ id: CallID, _ state: CallState) {
        guard let summary = station.call?.summary else { return }
        let peer = summary.peers.count == 1 ? summary.peers[0] : summary.answeredBy
        let target = channelName(of: summary)
        let kind: Event.Kind
        switch state {
        case .trying: return want(summary)
        case .ringing:
            kind = .ring
            ring(.ring, for: id)
        case .calling:
            kind = .calling
            ring(.ringback, for: id)
        case .connecting:
            kind = .answered
            ring(nil, for: nil)
        case .active: kind = .callActive
        }
        tell(kind, peer: peer, target: target, call: id)
    }

    /// Rings, or plays what a caller hears, for this call; nil: nothing rings.
    private mutating func ring(_ chime: Chime?, for call: CallID?) {
        view.ringing = call
        rings.tell(.ring(chime))
    }

    /// A call to peers without session tries them at once (protocol.md §1.7 rule 6).
    private mutating func want(_ summary: CallSummary) {
        for peer in summary.peers {
            table.wanted(peer: peer, at: now)
            doWhatCoresAsk()
        }
    }

    /// The microphone goes to these in the call, or closes.
    private mutating func open(_ stream: UInt8, to listeners: [Int]) {
        let set = PeerSet(listeners)
        let names = listeners.map { roster[$0].name }.joined(separator: ", ")
        if set.isEmpty {
            rings.tell(.press(target: Int(stream), isDown: false))
            aim(stream, at: set, name: nil)
        } else {
            aim(stream, at: set, name: names)
            rings.tell(.press(target: Int(stream), isDown: true))
        }
    }

    private mutating func told(_ notice: CallNotice, of peer: Int) {
        switch notice {
        case .autoAnswered, .announced: rings.tell(.chime(.page))
        case .droppedIn:
            rings.tell(.beep(true))
            tell(.dropIn, peer: peer)
        case .monitored:
            rings.tell(.beep(true))
            tell(.listenIn, peer: peer)
        case .joined: tell(.callJoined, peer: peer)
        case .left: tell(.callLeft, peer: peer)
        case .weak: tell(.callWeak, peer: peer)
        case .strong: tell(.callStrong, peer: peer)
        }
    }

    private mutating func redial(_ peer: Int) {
        _ = station.call(
            [peer], id: newCallID(), isRedial: true, ringTime: config.call.ringTime, at: now)
    }

    private mutating func asked(_ signal: Signal, by peer: Int) {
        let status: RequestResult.Status
        switch signal.target {
        case .callLight:
            switchboard.signalled(by: peer, for: .milliseconds(100 * Int(signal.time)), at: now)
            status = lines.canShow(.calling) ? .done : .unseen
        default: status = switchRelay(number: signal.argument, for: peer)
        }
        station.result(status, of: signal, from: peer, at: now)
    }

    // MARK: What people do

    /// Rings a peer or all of a channel; or another mode, of a peer alone.
    mutating func callTarget(
        _ name: String, mode: Offer.Mode = .call, priority: Priority = .normal
    ) -> Reply {
        guard let target = routing.target(named: name) else { return unknownTarget(name) }
        guard mode == .call || target.reference == 0 else {
            return refusal("\(name) is a channel: only a peer can be listened to or dropped in on")
        }
        let channel = config.channels.first { $0.name == name }
        let isHunt = channel?.callMode != .join
        let id = newCallID()
        if let channel { view.called = (channel.name, by: id) }
        let problem = station.call(
            Array(target.listeners), id: id, mode: mode, priority: priority,
            reference: isHunt ? 0 : target.reference, isHunt: isHunt,
            ringTime: config.call.ringTime, at: now)
        doWhatCoresAsk()
        return answer(problem, "calling \(name)", id)
    }

    mutating func answerCall() -> Reply {
        let problem = station.answer(at: now)
        doWhatCoresAsk()
        return answer(problem, "answered", station.call?.summary.id)
    }

    mutating func rejectCall() -> Reply {
        let id = station.call?.summary.id
        let problem = station.reject(at: now)
        doWhatCoresAsk()
        return answer(problem, "rejected", id)
    }

    mutating func hangUpCall() -> Reply {
        let id = station.call?.summary.id
        let problem = station.hangUp(at: now)
        doWhatCoresAsk()
        return answer(problem, "hung up", id)
    }

    /// Asks a peer for a light or a relay; what came of it is told when it is known.
    mutating func ask(_ peer: String, _ target: Signal.Target, _ argument: UInt8, _ what: String)
        -> Reply
    {
        guard let number = roster.number(named: peer) else {
            return unknownPeer(peer)
        }
        let mid = station.ask(
            number, target, argument: argument, time: Self.callLightTime, at: now)
        table.wanted(peer: number, at: now)
        switchboard.asked(number, mid: mid, for: what)
        doWhatCoresAsk()
        return .done(Reply.Done("asked \(peer) for its \(what)"))
    }

    private static var callLightTime: Duration { .seconds(30) }

    // MARK: Detail

    private func answer(_ problem: CallProblem?, _ text: String, _ id: CallID?) -> Reply {
        switch problem {
        case nil:
            var done = Reply.Done(text)
            done.call = id?.text
            return .done(done)
        case .busy?: return refusal("there is a call already: hang up first")
        case .nothingRings?: return refusal("nothing rings here")
        case .noCall?: return refusal("there is no call")
        case .nobody?: return refusal("there is nobody to call")
        }
    }

    func refusal(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }

    /// The channel that a call is of.
    private func channelName(of summary: CallSummary) -> String? {
        if let called = view.called, called.by == summary.id { return called.channel }
        return channelName(of: summary.reference)
    }

    func channelName(of reference: UInt64) -> String? {
        guard let channel = routing.channels.first(where: { $0.reference == reference }) else {
            return nil
        }
        return routing.channelName(channel.number)
    }

    /// A UUIDv7 (RFC 9562 §5.7): ordered by the wall clock, else random.
    private func newCallID() -> CallID {
        let time = UInt64(Clock.wallMilliseconds())
        let high = time << 16 | 0x7000 | Boot.random() & 0x0FFF
        return CallID(high: high, low: Boot.random() & (1 << 62 - 1) | 1 << 63)
    }

    private func record(of summary: CallSummary, _ phase: HistoryRecord.Phase) -> HistoryRecord {
        var record = HistoryRecord()
        record.timeMilliseconds = Int(Clock.wallMilliseconds())
        record.phase = phase
        record.call = summary.id.text
        record.kind =
            switch summary.mode {
            case .call: .call
            case .announce: .announce
            case .dropIn: .dropIn
            case .monitor: .listenIn
            default: .other
            }
        record.direction = summary.isOutgoing ? .outgoing : .incoming
        let peer = summary.peers.count == 1 ? summary.peers[0] : summary.answeredBy
        record.peer = peer.map { roster[$0].name } ?? ""
        record.channel = channelName(of: summary)
        record.priority =
            switch summary.priority {
            case .emergency: .emergency
            case .high: .high
            default: .normal
            }
        return record
    }
}

extension Policy {
    init(_ configured: Config.Policy) {
        let call: Answering =
            switch configured.call {
            case .ring: .ring
            case .auto: .auto
            case .never: .never
            }
        self.init(
            call: call, announce: configured.announce, dropIn: configured.dropIn,
            monitor: configured.monitor, emergency: configured.emergency,
            relay: configured.relay, signal: configured.signal)
    }
}

extension PeerRequests.Outcome {
    /// What a peer has answered; nil: nothing.
    init(_ status: RequestResult.Status?) {
        self =
            switch status {
            case .done?: .done
            case .denied?: .denied
            case .unseen?: .unseen
            case .some: .unknown
            case nil: .noAnswer
            }
    }
}

extension HistoryRecord.Cause {
    init(_ ending: CallEnding) {
        self =
            switch ending {
            case .hungUp, .hungUpThere: .hungUp
            case .cancelled: .cancelled
            case .declined: .rejected
            case .busy: .busy
            case .doNotDisturb: .doNotDisturb
            case .refused: .denied
            case .unknownMode: .unsupported
            case .noAnswer, .expired: .noAnswer
            case .answeredElsewhere: .answeredElsewhere
            case .unreachable: .unreachable
            case .noPath: .noPath
            case .mediaTimeout: .mediaTimeout
            case .peerRestarted: .peerRestarted
            case .peerGone: .stopped
            case .preempted: .preempted
            case .crash: .crash
            }
    }
}
