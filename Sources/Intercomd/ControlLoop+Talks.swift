internal import Audio
internal import Control
internal import HAL
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
        server.keep(place)
        view.talks.append((place, target.id, name))
        endWhatNobodyHolds()
    }

    /// Closes the microphone to a target, and tells those who held it open.
    mutating func endTalks(to target: Int, _ reason: String) {
        guard view.talks.contains(where: { $0.target == target }) else { return }
        for talk in view.talks where talk.target == target {
            let text = "the talk to \(talk.name) is over: \(reason)"
            server.replyLate(.done(Reply.Done(text)), to: talk.place, at: now)
        }
        view.talks.removeAll { $0.target == target }
        // A key that was held too long counts as down until it is let go.
        rings.tell(.press(target: target, isDown: false))
    }

    /// Ends the page and the talks of callers that are gone: nobody else would.
    mutating func endWhatNobodyHolds() {
        endPageOfNobody()
        // An answer that is still to come must not reach the next caller in the place.
        if let one = announcement, one.isOver, server.hasHungUp(one.caller) { announcement = nil }
        if let caller = latencyTrial?.caller, server.hasHungUp(caller) {
            latencyTrial?.caller = nil
        }
        for talk in view.talks where server.hasHungUp(talk.place) {
            view.talks.removeAll { $0.place == talk.place }
            // Somebody else may hold the same.
            guard !view.talks.contains(where: { $0.target == talk.target }) else { continue }
            rings.tell(.press(target: talk.target, isDown: false))
        }
    }

    /// Plays what `intercomctl test speaker` wants to be heard, as loud as voices are.
    mutating func playTone() -> Reply {
        guard cards.output.isOpen else {
            let reason = cards.output.error?.description ?? "[audio] output = none"
            return refusal("there is no speaker: \(reason)")
        }
        rings.tell(.chime(.trial))
        return .done(Reply.Done("playing a tone"))
    }
}
