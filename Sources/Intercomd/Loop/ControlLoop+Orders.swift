internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What the switchboard wants done.
extension ControlLoop {
    mutating func perform(_ order: Order) {
        switch order {
        case .protect(let peer, let choice): rings.tell(.protect(peer: peer, choice))
        case .hear(let peer, let stream, let hearing, let priority):
            rings.tell(.hear(peer: peer, stream: stream, hearing, priority))
        case .press(let target, let isDown):
            rings.tell(.press(target: target, isDown: isDown))
        case .aim(let target, let listeners):
            rings.tell(.aim(target: target, listeners: listeners))
        case .doubt(let peer, let isDoubted): rings.tell(.doubt(peer: peer, isDoubted))
        case .chime(let chime): rings.tell(.chime(chime))
        case .ring(let chime): rings.tell(.ring(chime))
        case .beep(let isOn): rings.tell(.beep(isOn))
        case .send(let peer, let payload):
            rings.tell(.send(peer: peer, index: nil, payload, to: nil))
        case .want(let peer): feed { _, table, now in table.wanted(peer: peer, at: now) }
        case .redial(let peer):
            let (id, ringTime) = (newCallID(), config.call.ringTime)
            _ = feed { board, _, now in
                board.call([peer], id: id, isRedial: true, ringTime: ringTime, at: now)
            }
        case .switchRelay(let peer, let signal):
            let status = switchRelay(number: signal.argument, for: peer)
            feed { board, _, _ in board.switched(status, for: signal, of: peer) }
        case .notice(let notice): tell(of: notice)
        case .answer(let caller, let answer):
            server.replyLate(reply(answer), to: caller, at: now)
        case .ask(let peer): feed { _, table, now in table.doubted(peer: peer, at: now) }
        case .resolve(let peer): resolve(peer)
        case .retryAll: feed { _, table, now in table.retryAll(at: now) }
        case .reopen(let direction): devices.cards.reopen(PCMError.Direction(direction), at: now)
        case .announce:
            if let box = reader.takeAnnouncement() { rings.tell(.announce(box)) }
        case .endAnnouncement: rings.tell(.announceEnd(isNow: true))
        case .reportsAreIn: break
        }
    }

    /// Finds the words for what happened.
    ///
    /// The label tells a notice from the event of the same name, as `tell(.networkReady)` is.
    private mutating func tell(of notice: Notice) {
        switch notice {
        case .callBegan(let summary, let channel): began(summary, channel)
        case .callStands(let id, let state, let peer, let channel):
            stands(id, state, peer: peer, channel)
        case .callEnded(let summary, let ending, let channel): ended(summary, ending, channel)
        case .inCall(let notice, let peer): told(notice, of: peer)
        case .pageBegan(let peer, let reference, let priority):
            tell(
                .page, peer: peer, target: channelName(of: reference),
                detail: priority == .normal ? nil : priority.word)
        case .pageEnded(let peer, let isTimeUp):
            tell(.pageEnd, peer: peer, detail: isTimeUp ? "a page lasts a minute at most" : nil)
        case .announcementBegan(let name, let priority):
            tell(
                .announce, target: name, detail: priority == .normal ? nil : priority.word)
        case .announcementEnded(let name): tell(.announceEnd, target: name)
        case .refused(let peer, let refusal, let count):
            let more = count > 1 ? ", \(count) times since the start" : ""
            tell(.refused, peer: peer, target: refusal.rawValue, detail: "not allowed\(more)")
        case .talkBegan(let name): tell(.talk, target: name)
        case .talkEnded(let name, let since): tell(.talkEnd, target: name, since: since)
        case .voiceBegan(let peer, let channel):
            tell(.talk, peer: peer, target: channel.flatMap { routing.channelName($0) })
        case .voiceEnded(let peer, let channel, let since):
            let target = channel.flatMap { routing.channelName($0) }
            tell(.talkEnd, peer: peer, target: target, since: since)
        case .signal(let peer, let time):
            tell(.signal, peer: peer, detail: "for \(time.milliseconds / 1000) s")
        case .peerUp(let peer): tellUp(peer)
        case .peerDown(let peer): tell(.peerDown, peer: peer)
        case .peerStale(let peer): tell(.peerStale, peer: peer)
        case .peerHeard(let peer): tell(.peerHeard, peer: peer)
        case .unresolved(let peer, let complaint):
            tell(.peerUnresolved, peer: peer, detail: complaint)
        case .networkFault(let trouble):
            tell(.networkFault, detail: "\(trouble.text); \(trouble.fix)")
        case .networkReady: tell(.networkReady)
        case .sharedKey(let peer): tell(.sharedKey, peer: peer, detail: sharedKeyProblem(of: peer))
        case .xrun(let direction):
            tell(.xrun, detail: direction == .capture ? "input" : "output")
        case .stalled:
            let detail = "the sound card wakes without sound: its driver is at fault; "
            tell(.audioStalled, detail: detail + "using the timer")
        case .overload:
            tell(.overload, detail: "the processor cannot keep up: \(shedText)")
        case .overloadEnd:
            tell(.overloadEnd, detail: "the processor keeps up: the sound is whole again")
        case .asleep(let direction): tell(.audioAsleep, detail: asleep(direction))
        case .awake(let direction): tell(.audioAwake, detail: awake(direction))
        case .result(let peer, let request, let what, let outcome):
            announce(
                Event(
                    PeerAnswer(outcome), to: what, request: Int(request), of: roster[peer].name,
                    at: Int(Clock.wallMilliseconds())))
        case .noListener(let target, let heard):
            tell(.noListener, of: target, named(heard), "unheard")
        case .heard(let target, let length, let heard):
            let heard = named(heard)
            tell(
                .heard, of: target, heard, heard.isHeard ? "heard" : "unheard",
                seconds: seconds(length))
        }
    }

    private mutating func tell(
        _ kind: Event.Kind, of target: String?, _ heard: [HeardBy], _ outcome: String,
        seconds: Double? = nil
    ) {
        var event = Event(kind, at: Int(Clock.wallMilliseconds()))
        event.target = target
        event.seconds = seconds
        event.detail = heard.sentence
        event.outcome = outcome
        event.heard = heard
        announce(event)
    }

    private mutating func tellUp(_ peer: Int) {
        guard let state = cores.table.state(of: peer) else { return }
        let note = state.hasPSK ? "" : ", no post-quantum authentication"
        tell(.peerUp, peer: peer, detail: "suite \(state.suite.rawValue)\(note)")
    }

    private func reply(_ answer: LateAnswer) -> Reply {
        switch answer {
        case .talkOver(let name, let end):
            let why =
                switch end {
                case .timedOut: "max-talk is over"
                case .letGo: "it was let go"
                case .targetGone: "the settings have \(name) no more"
                }
            return .done(Reply.Done("the talk to \(name) is over: \(why)"))
        case .pageOver(let name, let heard):
            let heard = named(heard)
            var done = Reply.Done("page to \(name) ended")
            done.heard = heard
            done.outcome = heard.isHeard ? "heard" : "unheard"
            return .done(done)
        case .pageReplaced(let former, let name):
            var done = Reply.Done(
                "the page to \(former) is over: one to \(name) took its place")
            done.outcome = "replaced"
            return .done(done)
        case .announced(let name, let heard):
            var reply = announced(to: name, isOver: true)
            reply.heard = named(heard)
            return .announce(reply)
        }
    }
}

extension PeerAnswer {
    init(_ outcome: PeerRequests.Outcome) {
        self =
            switch outcome {
            case .done: .done
            case .denied: .denied
            case .unseen: .unseen
            case .unknown: .unknown
            case .noAnswer: .noAnswer
            }
    }
}
