internal import Control
internal import HAL
internal import Media
internal import Station
internal import Switchboard
internal import Wire

/// What is said to all of a channel at once, for a minute at most.
extension ControlLoop {
    /// A page lasts as long as the program that asked for it is there.
    mutating func beginPage(_ target: String, _ priority: Priority, for place: Int) {
        let reply = page(target, isDown: true, priority)
        server.reply(reply, to: place)
        guard case .done = reply else { return }
        view.pager = server.keep(place)
    }

    /// Ends the page of a caller that is gone: nobody else would.
    mutating func endPageOfNobody() {
        view.pageWaiters.removeAll { server.hasHungUp($0.caller) }
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
        if view.pagedTo != nil {
            tellPager(isReplacedBy: name)
            endPage()
        }
        view.pagedTo = name
        view.pageOutcome = []
        switchboard.bind(
            TalkTarget(
                stream: stream, reference: target.reference, listeners: target.listeners,
                priority: priority, purpose: .page), at: now)
        doWhatCoresAsk()
        switchboard.aim(stream, at: target.listeners, named: name)
        doWhatCoresAsk()
        rings.tell(.press(target: Int(stream), isDown: true))
        let names = namesThere(of: target.listeners).joined(separator: ", ")
        return .done(
            Reply.Done("paging \(name): \(names.isEmpty ? "nobody hears it now" : names)"))
    }

    mutating func endPage() {
        if let pager = view.pager {
            view.pager = nil
            let text = "page to \(view.pagedTo ?? "nobody") ended"
            // It waits for what was heard of it; where nothing was said, for nothing.
            if let last = view.spurts.last(where: { $0.target == Int(TalkTarget.page) }) {
                view.pageWaiters.append((pager, last.number, text))
            } else {
                tellPager(pager, text, view.pageOutcome)
            }
        }
        view.pagedTo = nil
        rings.tell(.press(target: Int(TalkTarget.page), isDown: false))
        switchboard.release(TalkTarget.page)
    }

    /// What was heard of a talkspurt that is over, which may have been a page.
    mutating func pageHeard(_ spurt: OwnSpurt, _ heard: [HeardBy]) {
        // Its microphone went, and the page goes on in silence.
        if spurt.target == Int(TalkTarget.page) { view.pageOutcome = heard }
        for waiter in view.pageWaiters where waiter.spurt == spurt.number {
            tellPager(waiter.caller, waiter.text, heard)
        }
        view.pageWaiters.removeAll { $0.spurt == spurt.number }
    }

    private mutating func tellPager(_ pager: CallerTicket, _ text: String, _ heard: [HeardBy]) {
        var done = Reply.Done(text)
        done.heard = heard
        done.outcome = heard.isHeard ? "heard" : "unheard"
        server.replyLate(.done(done), to: pager, at: now)
    }

    /// The talkspurt may go on as the next page's, so what was heard of this one is not known.
    private mutating func tellPager(isReplacedBy name: String) {
        guard let pager = view.pager else { return }
        view.pager = nil
        var done = Reply.Done(
            "the page to \(view.pagedTo ?? "nobody") is over: one to \(name) took its place")
        done.outcome = "replaced"
        server.replyLate(.done(done), to: pager, at: now)
    }

    mutating func pageTimeUp(_ stream: UInt8) {
        if stream == TalkTarget.page { endPage() } else { stopAnnouncement() }
    }
}
