internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Session
internal import Switchboard
internal import Time

/// What the switchboard wants done.
extension ControlLoop {
    mutating func perform(_ order: Order) {
        switch order {
        case .protect(let peer, let choice): rings.tell(.protect(peer: peer, choice))
        case .want(let peer): table.wanted(peer: peer, at: now)
        case .ask(let peer): table.doubted(peer: peer, at: now)
        case .resolve(let peer): resolve(peer)
        case .retryAll: table.retryAll(at: now)
        case .reopen(let direction): cards.reopen(PCMError.Direction(direction), at: now)
        case .notice(let notice): tell(of: notice)
        }
    }

    /// Finds the words for what happened.
    ///
    /// The label tells a notice from the event of the same name, as `tell(.networkReady)` is.
    private mutating func tell(of notice: Notice) {
        switch notice {
        case .signal(let peer, let time):
            tell(.signal, peer: peer, detail: "for \(time.milliseconds / 1000) s")
        case .peerUp(let peer): tellUp(peer)
        case .peerDown(let peer):
            tell(.peerDown, peer: peer)
            judgeAnew()
        case .peerStale(let peer):
            tell(.peerStale, peer: peer)
            judgeAnew()
        case .peerHeard(let peer): tell(.peerHeard, peer: peer)
        case .unresolved(let peer, let complaint):
            tell(.peerUnresolved, peer: peer, detail: complaint)
        case .networkFault(let trouble):
            tell(.networkFault, detail: "\(trouble.text); \(trouble.fix)")
            judgeAnew()
        case .networkReady:
            tell(.networkReady)
            judgeAnew()
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
        case .result(let peer, let what, let outcome): tell(result: outcome, of: what, by: peer)
        }
    }

    private mutating func tellUp(_ peer: Int) {
        guard let state = table.state(of: peer) else { return }
        let note = state.hasPSK ? "" : ", no post-quantum authentication"
        tell(.peerUp, peer: peer, detail: "suite \(state.suite.rawValue)\(note)")
    }

    private mutating func tell(result: PeerRequests.Outcome, of what: String, by peer: Int) {
        let (outcome, text) =
            switch result {
            case .done: ("done", "done")
            case .denied: ("denied", "not allowed, or could not be done there")
            case .unseen: ("unseen", "nothing there shows it: no lamp has show = calling")
            case .unknown: ("unknown", "not known there")
            case .noAnswer: ("no_answer", "no answer")
            }
        var event = Event(.result, at: Int(Clock.wallMilliseconds()))
        event.peer = roster[peer].name
        event.detail = "\(what): \(text)"
        event.outcome = outcome
        announce(event)
    }
}
