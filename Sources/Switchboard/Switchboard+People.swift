package import Station
package import Time
package import Wire

/// What people here do, by buttons and by `intercomctl`.
extension Switchboard {
    // MARK: The settings

    /// Other peers, targets and channels from now on, each in the order of the settings.
    package mutating func configure(
        peers: [Int], targets: [TalkTarget], channels: [Channel], at now: Instant
    ) {
        self.now = now
        self.peers = peers
        station.configure(targets: targets, channels: channels, at: now)
    }

    /// The frames are different from now on, or nothing is known of any way.
    package mutating func beginProtection(_ frames: LossProtection.Frames, isWireless: Bool) {
        protection.begin(frames, isWireless: isWireless, &orders)
    }

    /// What each peer may do here, and whether people want to be disturbed.
    package mutating func consent(
        to policies: [Policy], _ availability: Availability, isHalfDuplex: Bool, at now: Instant
    ) {
        self.now = now
        self.consent.availability = availability
        station.consent(to: policies, availability, at: now)
        station.setHalfDuplex(isHalfDuplex)
    }

    /// Of the rights that peers have by the settings, in the order of their numbers, those that
    /// hold now; ask once a second.
    package mutating func policies(
        _ configured: [Policy], _ signs: Consent.Signs, at now: Instant
    ) -> [Policy] {
        self.now = now
        return consent.policies(configured, signs, at: now)
    }

    /// Calls that ended before this start: an offer of one that comes again is no new call.
    package mutating func recover(ended: [CallID], at now: Instant) {
        self.now = now
        station.recover([], ended: ended, at: now)
    }

    // MARK: Buttons

    /// A button went down: somebody is here.
    package mutating func buttonPressed() {
        callLight.putOut()
        callDesk.seen()
    }

    /// Somebody has asked for something by `intercomctl`.
    package mutating func seen() { callDesk.seen() }

    // MARK: Calls

    /// Calls a peer, or all of a channel: with its `reference` all who answer are in the call
    /// together, as a hunt the first answer takes it.
    ///
    /// - Returns: Why not, if so.
    package mutating func call(
        _ listeners: [Int], id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
        reference: UInt64 = 0, channel: String? = nil, isHunt: Bool = true,
        isRedial: Bool = false, ringTime: Duration, at now: Instant
    ) -> CallProblem? {
        self.now = now
        if let channel { callDesk.hunts(channel, by: id) }
        return station.call(
            listeners, id: id, mode: mode, priority: priority, reference: reference,
            isHunt: isHunt, isRedial: isRedial, ringTime: ringTime, at: now)
    }

    package mutating func answer(at now: Instant) -> CallProblem? {
        self.now = now
        return station.answer(at: now)
    }

    package mutating func reject(at now: Instant) -> CallProblem? {
        self.now = now
        return station.reject(at: now)
    }

    package mutating func hangUp(at now: Instant) -> CallProblem? {
        self.now = now
        return station.hangUp(at: now)
    }

    /// The station stops: the call that there is ends, and peers that go down are no news.
    package mutating func stop(at now: Instant) {
        self.now = now
        presence.leave()
        station.stopCalls(at: now)
    }

    // MARK: Requests to peers

    /// Asks a peer for a light or a relay; what came of it is told later.
    package mutating func ask(
        _ peer: Int, _ target: Signal.Target, argument: UInt8, for what: String, at now: Instant
    ) -> UInt32 {
        self.now = now
        let mid = station.ask(peer, target, argument: argument, time: CallLight.asked, at: now)
        requests.asked(peer, mid: mid, for: what)
        orders.add(.want(peer: peer))
        return mid
    }

    // MARK: Talks by command

    /// The microphone opened for a target, for as long as this caller is there, or until it is let
    /// go.
    package mutating func hold(_ target: Int, named name: String, for caller: CallerTicket?) {
        if let caller {
            talks.begin(target, named: name, for: caller)
        } else {
            talks.hold(target, named: name)
        }
    }

    /// Opens the microphone for a target, or closes it for all that hold it open by command.
    ///
    /// Every press goes out by the same queue: a release that was decided before must not close
    /// what was opened since.
    package mutating func press(_ target: Int, isDown: Bool) {
        orders.add(.press(target: target, isDown: isDown))
        if !isDown { endTalks(to: target, .letGo) }
    }

    /// Closes the microphone to a target, and tells the callers that held it open.
    package mutating func endTalks(to target: Int, _ reason: HeldTalks.End) {
        talks.end(target, reason, &orders)
    }

    /// The callers that hold something, or wait for what becomes of it.
    package var callers: [CallerTicket] {
        talks.callers + pager.callers + (announcer.wish.map { [$0.caller] } ?? [])
    }

    /// Callers that are gone hold nothing any more.
    package mutating func forget(callers hasGone: (CallerTicket) -> Bool) {
        if pager.forget(hasGone) { endPage() }
        if announcer.forget(hasGone) { stopAnnouncement() }
        talks.forget(hasGone, &orders)
    }

    // MARK: Pages

    /// Opens the microphone for a page to this target, of a minute at most; one before it is over.
    package mutating func page(
        _ target: TalkTarget, named name: String, _ priority: Priority, at now: Instant
    ) {
        self.now = now
        if pager.name != nil {
            pager.replace(by: name, &orders)
            endPage()
        }
        pager.begin(name)
        station.aim(
            TalkTarget(
                stream: TalkTarget.page, reference: target.reference,
                listeners: target.listeners, priority: priority, purpose: .page), at: now)
        // The listeners learn what the stream means before they hear it.
        askStation()
        aim(TalkTarget.page, at: target.listeners, name: .named(name))
        orders.add(.press(target: Pager.target, isDown: true))
    }

    /// The page lasts for as long as this caller is there.
    package mutating func keepPage(for caller: CallerTicket) { pager.keep(for: caller) }

    /// Closes the microphone for the page.
    ///
    /// A page ends here, whoever ends it: the person (`ControlLoop+Pages`), its caller that goes
    /// (`forget`), the next page, a minute (`CallAction.pageTimeUp`, by the clock of `Pages`), a
    /// microphone that goes, or a reload that takes its target away. Where this fails, the talk key
    /// of the page has a limit of its own (`MediaPlan+Config`).
    package mutating func endPage() {
        pager.end(ownTalks.lastSpurt(to: Pager.target), &orders)
        orders.add(.press(target: Pager.target, isDown: false))
        station.release(TalkTarget.page)
    }

    /// A talk key that replies goes down, or up; a press for another peer ends the former one.
    ///
    /// - Parameters:
    ///   - isDown: Whether it goes down.
    ///   - target: The target that is a peer alone; nil where there is none any more.
    package mutating func reply(isDown: Bool, target: (Int) -> Int?) {
        guard let former = replyKey.follow(isDown: isDown), let target = target(former) else {
            return
        }
        talks.release(target, &orders)
    }

    // MARK: Announcements

    /// An announcement is to begin as soon as there is sound of it; none may be under way.
    package mutating func announce(_ wish: Announcer.Wish) {
        announcer.begin(wish)
        let listeners = wish.target.listeners
        aim(TalkTarget.announcement, at: listeners, name: .named(wish.name))
        search.want(listeners, &orders)
    }

    /// Enough of its sound is here: it begins.
    package mutating func speakAnnouncement(at now: Instant) {
        guard announcer.awaitsSound, let wish = announcer.wish else { return }
        self.now = now
        let listeners = listeners(of: Announcer.target)
        station.aim(
            TalkTarget(
                stream: TalkTarget.announcement, reference: wish.target.reference,
                listeners: listeners, priority: wish.priority, purpose: .page), at: now)
        askStation()
        orders.add(.announcementBegan(to: wish.name, wish.priority))
        let start = TalkspurtStart(
            to: Announcer.target, called: wish.name, listeners: listeners)
        announcer.speak(ownTalks.began(start, surroundings, at: now, &orders))
        orders.add(.announce)
    }

    /// Ends it at once: its time is over, or its caller is gone.
    package mutating func stopAnnouncement() {
        if announcer.isSpeaking {
            orders.add(.endAnnouncement)
        } else {
            announcementEnded()
        }
    }

    /// Nothing more of it is sent.
    package mutating func announcementEnded() {
        if announcer.end(&orders) == true { station.release(TalkTarget.announcement) }
    }
}
