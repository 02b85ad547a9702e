package import Time
package import Wire

/// What people here settle, and what ends by itself: talks, pages and announcements.
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

    /// The sound speaks of the new settings from now on: a page and held talks whose targets the
    /// settings have no more end, as nobody could end them by name.
    ///
    /// - Parameters:
    ///   - names: What people call the targets that there are now.
    ///   - hasPermitTone: Whether a tone permits a person to talk.
    package mutating func adopted(targetsCalled names: [String], hasPermitTone: Bool) {
        self.hasPermitTone = hasPermitTone
        if let name = pager.name, !names.contains(name) { endPage() }
        let targets = station.targets.map { $0.id }
        for target in heldTalks.targets where !targets.contains(target) {
            endTalks(to: target, .targetGone)
        }
    }

    /// The frames are different from now on, or nothing is known of any way.
    package mutating func beginProtection(_ frames: LossProtection.Frames, isWireless: Bool) {
        protection.begin(frames, isWireless: isWireless, to: peers, &orders)
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

    /// What stands for a peer towards other stations.
    package mutating func setMemberName(_ name: MemberName?, of peer: Int) {
        station.memberNames[peer] = name
    }

    /// The rights that hold now, of those that peers have by the settings, in the order of their
    /// numbers; ask once a second, and when the signs have changed.
    package mutating func policies(
        _ configured: [Policy], _ signs: Consent.Signs, at now: Instant
    ) -> [Policy] {
        self.now = now
        let isHeard = station.call?.summary.isHeardUnasked ?? false
        return consent.policies(configured, signs, isHeard: isHeard, at: now)
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

    // MARK: Calls

    /// The station stops: the call that there is ends, and peers that go down are no news.
    package mutating func stop(at now: Instant) {
        self.now = now
        presence.leave()
        station.stopCalls(at: now)
    }

    // MARK: Talks by command

    /// Closes the microphone to a target, and tells the callers that held it open; a page ends.
    package mutating func endTalks(to target: Int, _ reason: HeldTalks.End) {
        heldTalks.end(target, reason, &orders)
        if target == Pager.target, pager.name != nil { endPage() }
    }

    /// The callers that hold something, or wait for what becomes of it.
    package var callers: [CallerTicket] {
        heldTalks.callers + pager.callers + (announcer.job.map { [$0.caller] } ?? [])
    }

    /// Callers that are gone hold nothing any more.
    package mutating func forget(callers hasGone: (CallerTicket) -> Bool) {
        if pager.forget(hasGone) { endPage() }
        if announcer.forget(hasGone) { stopAnnouncement() }
        heldTalks.forget(hasGone, &orders)
    }

    // MARK: Pages

    /// Ends this station's own page: closes the microphone for it.
    ///
    /// Its end comes here, whatever the reason: a person (`Wish.endPage`), its caller that goes
    /// (`forget`), the next page, a minute (`PageAction.timeUp`, by the clock of `Pages`), a
    /// microphone that is lost (`MachineNews.streamLost`), a reload that takes its target away
    /// (`adopted`), or the limit of its talk key where all of this fails (`endTalks`). Only when
    /// the daemon stops does the media loop close the microphone by itself. The pages of peers end
    /// in `Station.closeHeardPage`.
    package mutating func endPage() {
        pager.end(ownTalks.lastSpurt(to: Pager.target), &orders)
        orders.add(.press(target: Pager.target, isDown: false))
        station.release(TalkTarget.page)
    }

    // MARK: Announcements

    /// An announcement is to begin as soon as there is sound of it; none may be under way.
    package mutating func announce(_ job: Announcer.Job) {
        announcer.begin(job)
        let listeners = job.target.listeners
        aim(TalkTarget.announcement, at: listeners, name: .named(job.name))
        search.want(listeners, &orders)
    }

    /// Enough of its sound is here: it begins.
    package mutating func speakAnnouncement(at now: Instant) {
        guard announcer.awaitsSound, let job = announcer.job else { return }
        self.now = now
        let listeners = listeners(of: Announcer.target)
        station.aim(
            TalkTarget(
                stream: TalkTarget.announcement, reference: job.target.reference,
                listeners: listeners, priority: job.priority, purpose: .page), at: now)
        followStation()
        orders.add(.announcementBegan(to: job.name, job.priority))
        let start = TalkspurtStart(
            to: Announcer.target, called: job.name, listeners: listeners)
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
