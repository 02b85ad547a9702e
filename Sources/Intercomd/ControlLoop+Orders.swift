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
        case .doubt(let peer, let isDoubted): rings.tell(.doubt(peer: peer, isDoubted))
        case .chime(let chime): rings.tell(.chime(chime))
        case .reportsAreIn(let spurt, let target, let heard):
            let heard = named(heard)
            announcementHeard(spurt, heard)
            pageHeard(spurt, of: target, heard)
        case .notice(let notice): tell(notice)
        }
    }

    /// Does what the switchboard wants done, and leaves what the cores want for later: they may be
    /// in the midst of asking.
    mutating func obeySwitchboard() {
        while let order = switchboard.nextOrder() { perform(order) }
    }

    /// Finds the words for what happened.
    private mutating func tell(_ notice: Notice) {
        switch notice {
        case .signal(let peer, let time):
            tell(.signal, peer: peer, detail: "for \(time.milliseconds / 1000) s")
        case .result(let peer, let what, let outcome): tell(result: outcome, of: what, by: peer)
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
