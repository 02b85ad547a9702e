internal import Config
internal import Control
internal import HAL
internal import Media
internal import Switchboard
internal import Time

/// What the switchboard wants done.
extension ControlLoop {
    mutating func perform(_ order: Order) {
        switch order {
        case .protect(let peer, let choice): rings.tell(.protect(peer: peer, choice))
        case .notice(let notice): tell(notice)
        }
    }

    /// Finds the words for what happened.
    private mutating func tell(_ notice: Notice) {
        switch notice {
        case .signal(let peer, let time):
            tell(.signal, peer: peer, detail: "for \(time.milliseconds / 1000) s")
        case .result(let peer, let what, let outcome): tell(result: outcome, of: what, by: peer)
        }
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
