internal import Control
internal import HAL
internal import Station
internal import Wire

/// What is said to all of a channel at once, for a minute at most.
extension ControlLoop {
    /// A page lasts as long as whoever asked for it is there.
    mutating func beginPage(_ target: String, _ priority: Priority, for place: Int) {
        let reply = page(target, isDown: true, priority)
        server.reply(reply, to: place)
        guard case .done = reply else { return }
        server.keep(place)
        view.pager = place
        endWhatNobodyHolds()
    }

    /// Ends the page of a caller that is gone: nobody else would.
    ///
    /// Its place is another caller's next, which must not get its answer.
    mutating func endPageOfNobody() {
        if let waiter = view.pageWaiter, server.hasHungUp(waiter.place) { view.pageWaiter = nil }
        guard let pager = view.pager, server.hasHungUp(pager) else { return }
        view.pager = nil
        endPage()
    }

    /// Opens the microphone for a page of a minute at most, or closes it.
    mutating func page(_ name: String, isDown: Bool, _ priority: Priority = .normal) -> Reply {
        // Its target may be gone since.
        if !isDown, view.pagedTo == name {
            endPage()
            return .done(Reply.Done("page to \(name) ended"))
        }
        guard let target = routing.target(named: name) else { return unknownTarget(name) }
        let stream = TalkTarget.page
        guard isDown else { return refusal("no page to \(name) is under way") }
        guard cards.input.isOpen else {
            return refusal(
                "there is no microphone: \(cards.input.error?.description ?? "input = none")")
        }
        if view.pagedTo != nil { endPage() }
        view.pagedTo = name
        station.aim(
            TalkTarget(
                stream: stream, reference: target.reference, listeners: target.listeners,
                priority: priority, purpose: .page), at: now)
        doWhatCoresAsk()
        aim(stream, at: target.listeners, name: name)
        rings.tell(.press(target: Int(stream), isDown: true))
        let names = namesThere(of: target.listeners).joined(separator: ", ")
        return .done(
            Reply.Done("paging \(name): \(names.isEmpty ? "nobody hears it now" : names)"))
    }

    mutating func endPage() {
        if let pager = view.pager {
            view.pager = nil
            // It waits for what was heard of it; where nothing was said, for nothing.
            answerPageWaiter([])
            view.pageWaiter = (pager, "page to \(view.pagedTo ?? "nobody") ended")
            let isOpen = view.spurts.contains {
                $0.target == Int(TalkTarget.page) && $0.ended == nil
            }
            if !isOpen { answerPageWaiter([]) }
        }
        view.pagedTo = nil
        rings.tell(.press(target: Int(TalkTarget.page), isDown: false))
        station.release(TalkTarget.page)
    }

    /// What was heard of a page that is over.
    mutating func pageHeard(_ target: Int, _ heard: [HeardBy]) {
        if target == Int(TalkTarget.page) { answerPageWaiter(heard) }
    }

    private mutating func answerPageWaiter(_ heard: [HeardBy]) {
        guard let waiter = view.pageWaiter else { return }
        view.pageWaiter = nil
        var done = Reply.Done(waiter.text)
        done.heard = heard
        done.outcome = heard.isHeard ? "heard" : "unheard"
        server.replyLate(.done(done), to: waiter.place, at: now)
    }

    mutating func pageTimeUp(_ stream: UInt8) {
        if stream == TalkTarget.page { endPage() } else { stopAnnouncement() }
    }
}
