internal import Audio
package import Time
package import Wire

/// A person's request, by a button or by a program.
///
/// The loop around the switchboard has looked the names up. An unknown name comes along too: the
/// switchboard decides whether the name or another problem is the reason to refuse.
package enum Wish: Equatable, Sendable {
    /// The talk key of a target goes down, or up.
    case talk(Named<TalkTarget>, isDown: Bool)
    /// The talk key of the peer that was heard last goes down, or up.
    case reply(isDown: Bool)
    /// The microphone opens for a page of a minute at most.
    case page(Named<TalkTarget>, Priority)
    case endPage(Named<TalkTarget>)
    case call(Named<TalkTarget>, Calling)
    case answer
    case reject
    case hangUp
    /// A request to a peer for its light, or its relay of this reference; `what` is the word for
    /// it.
    case ask(Named<Int>, Signal.Target, reference: UInt64, what: String)
    /// The speaker plays a tone, so that a person can check it.
    case tone

    /// A name that a person used, and the peer or target of that name here; nil: there is none.
    package struct Named<Found: Equatable & Sendable>: Equatable, Sendable {
        package let name: String
        package let found: Found?

        package init(_ name: String, _ found: Found?) { (self.name, self.found) = (name, found) }
    }

    /// The way to call a peer, or all of a channel.
    package struct Calling: Equatable, Sendable {
        let id: CallID
        /// An ordinary call, or one that opens a microphone by itself.
        let mode: Offer.Mode
        let priority: Priority
        /// The called channel; nil for a peer.
        package var channel: String?
        /// Whether all stations that answer join the call; else the first answer takes it.
        package var isJoined = false
        let ringTime: Duration

        package init(
            _ id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
            ringTime: Duration
        ) {
            (self.id, self.mode, self.priority) = (id, mode, priority)
            self.ringTime = ringTime
        }
    }

    /// Whether the wish is a call in which only the other microphone opens.
    package var isToListenIn: Bool {
        if case .call(_, let calling) = self { calling.mode == .listenIn } else { false }
    }

    /// Whether this station's microphone and speaker are open.
    package typealias Sound = (hasMicrophone: Bool, hasSpeaker: Bool)

    /// The outcome of a granted wish.
    package enum Outcome: Equatable, Sendable {
        /// The microphone is open for this target, by its `id`; its listeners, and why each cannot
        /// hear it, where known by now.
        case talk(target: Int, [HeardAt])
        /// No command holds the microphone open for this target now; whether one did, and its
        /// listeners.
        case letGo(target: Int, wasHeld: Bool, [HeardAt])
        /// A page began; its listeners, and why each cannot hear it.
        case page([HeardAt])
        case pageEnded
        case callBegun(CallID)
        case answered(CallID?)
        case rejected(CallID?)
        case hungUp(CallID?)
        /// The peer request of this number went out; its result comes later.
        case asked(peerRequest: UInt32)
        case tone
    }

    /// Why a wish was not granted.
    package enum Problem: Error, Equatable, Sendable {
        /// Nothing here has the name.
        case unknown
        /// No peer has been heard since the start, so there is none to reply to.
        case nobodyHeard
        case noMicrophone
        case noSpeaker
        /// No page to that target is under way.
        case noPage
        /// Only a peer can be listened to or dropped in on.
        case isChannel
        /// There is already a call.
        case busy
        case nothingRings
        case noCall
        /// There is no station to call.
        case nobody
    }
}

/// The wishes of people here, by buttons and by `intercomctl`.
extension Switchboard {
    /// Carries out a wish.
    ///
    /// - Parameters:
    ///   - wish: The wish.
    ///   - ticket: Of the program whose connection bounds a talk or a page; nil for one that lasts
    ///     until it is ended.
    ///   - sound: Which cards are open.
    ///   - now: The time.
    /// - Returns: The outcome.
    /// - Throws: Why the wish is not granted.
    package mutating func handle(
        _ wish: Wish, for ticket: ProgramTicket? = nil, with sound: Wish.Sound, at now: Instant
    ) throws(Wish.Problem) -> Wish.Outcome {
        self.now = now
        switch wish {
        case .talk(let named, let isDown):
            guard let target = named.found else { throw .unknown }
            guard !isDown || sound.hasMicrophone else { throw .noMicrophone }
            callDesk.seen()
            return talk(to: target, named: named.name, isDown: isDown, for: ticket)
        case .reply(let isDown):
            let peer = replyKey.peer(isDown: isDown)
            guard let target = peer.flatMap({ self.target(ofPeer: $0) }) else {
                throw .nobodyHeard
            }
            guard !isDown || sound.hasMicrophone else { throw .noMicrophone }
            callDesk.seen()
            reply(isDown: isDown)
            return talk(to: target, isDown: isDown, for: nil)
        case .page(let named, let priority):
            callDesk.seen()
            guard let target = named.found else { throw .unknown }
            guard sound.hasMicrophone else { throw .noMicrophone }
            page(target, named: named.name, priority)
            if let ticket { pager.keep(for: ticket) }
            return .page(surroundings.listeners(among: target.listeners))
        case .endPage(let named):
            callDesk.seen()
            // The page's target may be gone by now.
            guard pager.name == named.name else {
                throw named.found == nil ? .unknown : .noPage
            }
            endPage()
            return .pageEnded
        case .call(let named, let calling):
            callDesk.seen()
            guard let target = named.found else { throw .unknown }
            guard calling.mode == .call || target.reference == 0 else { throw .isChannel }
            try call(Array(target.listeners), of: target.reference, calling)
            return .callBegun(calling.id)
        case .answer:
            callDesk.seen()
            try answer()
            return .answered(ongoing?.id)
        case .reject:
            callDesk.seen()
            let id = ongoing?.id
            try reject()
            return .rejected(id)
        case .hangUp:
            callDesk.seen()
            let id = ongoing?.id
            try hangUp()
            return .hungUp(id)
        case .ask(let named, let target, let reference, let what):
            guard let peer = named.found else { throw .unknown }
            // The other station's settings say how long its relay is on.
            let time: Duration = target == .callLight ? CallLight.requested : .zero
            let mid = ask(peer, target, reference: reference, time: time, called: what)
            orders.add(.want(peer: peer))
            return .asked(peerRequest: mid)
        case .tone:
            guard sound.hasSpeaker else { throw .noSpeaker }
            orders.add(.chime(.trial))
            return .tone
        }
    }

    /// Opens the microphone for a target, or closes it for every command that holds it open.
    ///
    /// Every press goes out by the same queue: an earlier release must not close a later talk.
    private mutating func talk(
        to target: TalkTarget, named name: String = "", isDown: Bool, for ticket: ProgramTicket?
    ) -> Wish.Outcome {
        orders.add(.press(target: target.id, isDown: isDown))
        let listeners = surroundings.listeners(among: target.listeners)
        guard isDown else {
            let wasHeld = heldTalks.targets.contains(target.id)
            heldTalks.end(target.id, .letGo, &orders)
            return .letGo(target: target.id, wasHeld: wasHeld, listeners)
        }
        heldTalks.hold(target.id, named: name, for: ticket)
        return .talk(target: target.id, listeners)
    }

    /// Moves a talk key that replies down or up; a press for another peer ends the former talk.
    private mutating func reply(isDown: Bool) {
        guard let former = replyKey.move(isDown: isDown),
            let target = self.target(ofPeer: former)
        else { return }
        heldTalks.release(target.id, &orders)
    }

    /// Opens the microphone for a page to this target, of a minute at most; a former page ends.
    private mutating func page(_ target: TalkTarget, named name: String, _ priority: Priority) {
        if pager.name != nil {
            pager.replace(by: name, &orders)
            endPage()
        }
        pager.begin(
            name, during: ownTalks.openSpurt(to: Pager.target),
            after: ownTalks.lastSpurt(to: Pager.target), &orders)
        bind(
            TalkTarget(
                stream: TalkTarget.page, reference: target.reference,
                listeners: target.listeners, priority: priority, purpose: .page))
        aim(TalkTarget.page, at: target.listeners, name: .named(name))
        orders.add(.press(target: Pager.target, isDown: true))
    }
}

/// The settings of people here, and the ends of talks, pages and announcements.
extension Switchboard {
    // MARK: The settings

    /// Takes the new settings, which the sound now uses: a page and held talks end if their target
    /// is gone, because no name could end them.
    ///
    /// - Parameter names: The names of the present targets.
    package mutating func adopted(targetsCalled names: [String]) {
        if let name = pager.name, !names.contains(name) { endPage() }
        let targets = targets.map { $0.id }
        for target in heldTalks.targets where !targets.contains(target) {
            endTalks(to: target, .targetGone)
        }
    }

    /// Begins loss protection anew: the frames have changed, or nothing is known of any way.
    package mutating func beginProtection(_ frames: LossProtection.Frames, isWireless: Bool) {
        protection.begin(frames, isWireless: isWireless, to: known, &orders)
    }

    /// Takes each peer's rights in the settings, in the order of their numbers, the signs that can
    /// warn people of a listener, and whether people may be disturbed.
    ///
    /// Call it once a second, and when any of these has changed.
    package mutating func consent(
        to configured: [Policy], _ signs: Consent.Signs, _ availability: Availability,
        isHalfDuplex: Bool, at now: Instant
    ) {
        self.now = now
        let isHeard = ongoing?.summary.isHeardUnasked ?? false
        let policies = consent.policies(configured, signs, isHeard: isHeard, at: now)
        precondition(policies.count >= peers.indices.count)
        let isSame = self.policies == policies && self.availability == availability
        self.policies = policies
        self.availability = availability
        self.isHalfDuplex = isHalfDuplex
        ringUnheard = signs.ring
        // Calls and pages that are no longer allowed end.
        reviseCall()
        if !isSame { readAnew() }
        reviseTold()
    }

    // MARK: Buttons

    /// Notes that a button went down: a person is here.
    package mutating func buttonPressed() {
        callLight.putOut()
        callDesk.seen()
    }

    // MARK: Talks by command

    /// Closes the microphone to a target, and answers the programs that held it open; a page ends.
    package mutating func endTalks(to target: Int, _ reason: HeldTalks.End) {
        heldTalks.end(target, reason, &orders)
        if target == Pager.target, pager.name != nil { endPage() }
    }

    /// The tickets of programs that hold a talk, or wait for an outcome.
    package var tickets: [ProgramTicket] {
        heldTalks.tickets + pager.tickets + (announcer.job.map { [$0.ticket] } ?? [])
    }

    /// Ends the talks of programs that are gone.
    package mutating func forget(programs hasGone: (ProgramTicket) -> Bool) {
        if pager.forget(hasGone) { endPage() }
        if announcer.forget(hasGone) { stopAnnouncement() }
        heldTalks.forget(hasGone, &orders)
    }

    // MARK: Pages

    /// Ends this station's own page: closes the microphone for it.
    ///
    /// Every end comes here: by a person (`Wish.endPage`), a program that leaves (`forget`), the
    /// next page, the limit of a minute (`endPages`), a lost microphone (`MachineNews.streamLost`),
    /// a reload that removes its target (`adopted`), or the limit of its talk key if all of these
    /// fail (`endTalks`). Only when the daemon stops does the media loop close the microphone by
    /// itself. The pages of peers end in `closeHeardPage`.
    package mutating func endPage() {
        pager.end(ownTalks.lastSpurt(to: Pager.target), &orders)
        orders.add(.press(target: Pager.target, isDown: false))
        release(TalkTarget.page)
    }

    // MARK: Messages

    /// Opens the microphone for a message to this peer, or closes it.
    package mutating func speakMessage(to name: String?) {
        if let name {
            aim(TalkTarget.message, at: [], name: .named("\(name) (message)"))
        }
        orders.add(.press(target: Int(TalkTarget.message), isDown: name != nil))
    }

    // MARK: Announcements

    /// Takes an announcement, which begins with its first sound; none may be under way.
    package mutating func announce(
        to target: TalkTarget, named name: String, _ priority: Priority, for ticket: ProgramTicket
    ) {
        announcer.begin(
            Announcer.Job(ticket: ticket, target: target, name: name, priority: priority))
        aim(TalkTarget.announcement, at: target.listeners, name: .named(name))
        want(target.listeners)
    }

    /// Begins the announcement, whose sound is here.
    package mutating func speakAnnouncement(at now: Instant) {
        guard announcer.awaitsSound, let job = announcer.job else { return }
        self.now = now
        let listeners = listeners(of: Announcer.target)
        bind(
            TalkTarget(
                stream: TalkTarget.announcement, reference: job.target.reference,
                listeners: listeners, priority: job.priority, purpose: .page))
        orders.add(.announcementBegan(to: job.name, job.priority))
        announcer.speak(
            ownTalks.began(
                Announcer.target, called: job.name, listeners, surroundings, at: now, &orders))
        orders.add(.announce)
    }

    /// Ends the announcement at once: its time is over, or its program is gone.
    package mutating func stopAnnouncement() {
        if announcer.isSpeaking {
            orders.add(.endAnnouncement)
        } else {
            announcementEnded()
        }
    }

    /// Ends the announcement after its last sound.
    package mutating func announcementEnded() {
        if announcer.end(&orders) == true { release(TalkTarget.announcement) }
    }
}

/// A request that is answered later; by then its program may be gone, and another may have its
/// place.
package struct ProgramTicket: Equatable, Sendable {
    /// No program ever has it: what it is told is dropped.
    package static let nobody = ProgramTicket(place: 0, number: 0)

    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}
