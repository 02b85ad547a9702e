internal import Config
internal import Control
internal import HAL
internal import Media
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
            view.peers[peer].hearings[Int(stream)] = hearing
            if hearing.isHeard { view.peers[peer].formerHearings[Int(stream)] = hearing }
            rings.tell(.hear(peer: peer, stream: stream, hearing, priority))
        case .press(let target, let isDown):
            rings.tell(.press(target: target, isDown: isDown))
        case .aim(let target, let listeners): aimed(target, at: listeners)
        case .chime(let chime): rings.tell(.chime(chime))
        case .ring(let chime): rings.tell(.ring(chime))
        case .beep(let isOn): rings.tell(.beep(isOn))
        case .send(let peer, let payload):
            rings.tell(.send(peer: peer, index: nil, payload, to: nil))
        case .want(let peer): table.wanted(peer: peer, at: now)
        case .redial(let peer):
            _ = switchboard.call(
                [peer], id: newCallID(), isRedial: true, ringTime: config.call.ringTime, at: now)
        case .switchRelay(let peer, let signal):
            let status = switchRelay(number: signal.argument, for: peer)
            switchboard.switched(status, for: signal, of: peer)
        case .pageTimeUp(let stream): pageTimeUp(stream)
        case .notice(let notice): tell(notice)
        case .answer(let caller, let answer):
            server.replyLate(.done(Reply.Done(words(answer))), to: caller, at: now)
        }
    }

    /// Finds the words for what happened.
    private mutating func tell(_ notice: Notice) {
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
        case .refused(let peer, let refusal, let count):
            let more = count > 1 ? ", \(count) times since the start" : ""
            tell(.refused, peer: peer, target: refusal.rawValue, detail: "not allowed\(more)")
        case .signal(let peer, let time):
            tell(.signal, peer: peer, detail: "for \(time.milliseconds / 1000) s")
        case .result(let peer, let request, let what, let outcome):
            announce(
                Event(
                    PeerAnswer(outcome), to: what, request: Int(request), of: roster[peer].name,
                    at: Int(Clock.wallMilliseconds())))
        }
    }

    private func words(_ answer: LateAnswer) -> String {
        switch answer {
        case .talkOver(let name, .timedOut): "the talk to \(name) is over: max-talk is over"
        case .talkOver(let name, .letGo): "the talk to \(name) is over: it was let go"
        case .talkOver(let name, .targetGone):
            "the talk to \(name) is over: the settings have \(name) no more"
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
