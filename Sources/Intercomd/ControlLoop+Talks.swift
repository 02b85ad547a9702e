internal import Audio
internal import Control
internal import HAL
internal import Media
internal import Realtime
internal import Station

/// What lasts as long as the program that asked for it is there.
extension ControlLoop {
    /// Presses the talk key of a target until its caller hangs up.
    mutating func beginTalk(_ name: String, for place: Int) {
        guard let target = routing.target(named: name) else {
            return server.reply(unknownTarget(name), to: place)
        }
        let reply = press(name, isDown: true)
        server.reply(reply, to: place)
        guard case .ptt = reply else { return }
        view.talks.append((server.keep(place), target.id, name))
    }

    /// Presses it until `ptt up`, or lets it go for all that hold it.
    mutating func holdTalk(_ name: String, isDown: Bool) -> Reply {
        let reply = press(name, isDown: isDown)
        // Of `reply` the answer names the peer.
        guard isDown, case .ptt(let ptt) = reply,
            let target = routing.target(named: ptt.target)
        else { return reply }
        if !view.talks.contains(where: { $0.caller == nil && $0.target == target.id }) {
            view.talks.append((nil, target.id, ptt.target))
        }
        return reply
    }

    /// Closes the microphone to a target, and tells those who held it open.
    mutating func endTalks(to target: Int, _ reason: String) {
        guard view.talks.contains(where: { $0.target == target }) else { return }
        for talk in view.talks where talk.target == target {
            guard let caller = talk.caller else { continue }
            let text = "the talk to \(talk.name) is over: \(reason)"
            server.replyLate(.done(Reply.Done(text)), to: caller, at: now)
        }
        view.talks.removeAll { $0.target == target }
        // A key that was held too long counts as down until it is let go.
        rings.tell(.press(target: target, isDown: false))
    }

    /// Ends the page and the talks of callers that are gone: nobody else would.
    mutating func endWhatNobodyHolds() {
        endPageOfNobody()
        var left: [Int] = []
        view.talks.removeAll { talk in
            guard let caller = talk.caller, server.hasHungUp(caller) else { return false }
            left.append(talk.target)
            return true
        }
        // Somebody else may hold the same.
        for target in left where !view.talks.contains(where: { $0.target == target }) {
            rings.tell(.press(target: target, isDown: false))
        }
    }
}
