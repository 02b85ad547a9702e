internal import Audio
package import Time
internal import Wire

/// What people here want done, by buttons and by `intercomctl`.
extension Switchboard {
    /// Does what a person wants, or says why not.
    ///
    /// - Parameters:
    ///   - wish: What is wanted.
    ///   - caller: The program that a talk or a page lasts as long as; nil where it lasts until
    ///     somebody ends it.
    ///   - sound: Which cards are open.
    ///   - now: The time.
    /// - Returns: What became of it.
    /// - Throws: Why nothing did.
    package mutating func obey(
        _ wish: Wish, for caller: CallerTicket? = nil, with sound: Wish.Sound, at now: Instant
    ) throws(Wish.Problem) -> Wish.Outcome {
        self.now = now
        switch wish {
        case .talk(let named, let isDown):
            guard let target = named.found else { throw .unknown }
            guard !isDown || sound.hasMicrophone else { throw .noMicrophone }
            callDesk.seen()
            return talk(to: target, named: named.name, isDown: isDown, for: caller)
        case .reply(let isDown):
            let peer = replyKey.peer(isDown: isDown)
            guard let target = peer.flatMap({ station.target(ofPeer: $0) }) else {
                throw .nobodyHeard
            }
            guard !isDown || sound.hasMicrophone else { throw .noMicrophone }
            callDesk.seen()
            reply(isDown: isDown)
            return talk(to: target, named: nil, isDown: isDown, for: nil)
        case .page(let named, let priority):
            callDesk.seen()
            guard let target = named.found else { throw .unknown }
            guard sound.hasMicrophone else { throw .noMicrophone }
            page(target, named: named.name, priority)
            if let caller { pager.keep(for: caller) }
            return .page(surroundings.listeners(among: target.listeners))
        case .endPage(let named):
            callDesk.seen()
            // Its target may be gone since.
            guard pager.name == named.name else {
                throw named.found == nil ? .unknown : .noPage
            }
            endPage()
            return .pageEnded
        case .call(let named, let calling):
            callDesk.seen()
            guard let target = named.found else { throw .unknown }
            guard calling.mode == .call || target.reference == 0 else { throw .isChannel }
            try call(target, calling)
            return .calling(calling.id)
        case .answer:
            callDesk.seen()
            if let problem = station.answer(at: now) { throw .call(problem) }
            return .answered(station.call?.summary.id)
        case .reject:
            callDesk.seen()
            let id = station.call?.summary.id
            if let problem = station.reject(at: now) { throw .call(problem) }
            return .rejected(id)
        case .hangUp:
            callDesk.seen()
            let id = station.call?.summary.id
            if let problem = station.hangUp(at: now) { throw .call(problem) }
            return .hungUp(id)
        case .ask(let named, let target, let reference, let what):
            guard let peer = named.found else { throw .unknown }
            // The other station's settings say how long its relay is on.
            let time: Duration = target == .callLight ? CallLight.requested : .zero
            let mid = station.ask(peer, target, reference: reference, time: time, at: now)
            peerRequests.asked(peer, mid: mid, for: what)
            orders.add(.want(peer: peer))
            return .asked(peerRequest: mid)
        case .tone:
            guard sound.hasSpeaker else { throw .noSpeaker }
            orders.add(.chime(.trial))
            return .tone
        }
    }

    /// A peer of a call has restarted: it is called once more.
    package mutating func redial(_ peer: Int, _ calling: Wish.Calling, at now: Instant) {
        self.now = now
        _ = station.call(
            [peer], id: calling.id, isRedial: true, ringTime: calling.ringTime, at: now)
    }

    /// Opens the microphone for a target, or closes it for all that hold it open by command.
    ///
    /// Every press goes out by the same queue: a release that was decided before must not close
    /// what was opened since.
    private mutating func talk(
        to target: TalkTarget, named name: String?, isDown: Bool, for caller: CallerTicket?
    ) -> Wish.Outcome {
        orders.add(.press(target: target.id, isDown: isDown))
        let listeners = surroundings.listeners(among: target.listeners)
        guard isDown else {
            let wasHeld = heldTalks.targets.contains(target.id)
            heldTalks.end(target.id, .letGo, &orders)
            return .letGo(target: target.id, wasHeld: wasHeld, listeners)
        }
        if let caller, let name {
            heldTalks.begin(target.id, named: name, for: caller)
        } else {
            heldTalks.hold(target.id)
        }
        return .talk(target: target.id, listeners)
    }

    /// A talk key that replies goes down, or up; a press for another peer ends the former one.
    private mutating func reply(isDown: Bool) {
        guard let former = replyKey.follow(isDown: isDown),
            let target = station.target(ofPeer: former)
        else { return }
        heldTalks.release(target.id, &orders)
    }

    /// Opens the microphone for a page to this target, of a minute at most; one before it is over.
    private mutating func page(_ target: TalkTarget, named name: String, _ priority: Priority) {
        if pager.name != nil {
            pager.replace(by: name, &orders)
            endPage()
        }
        pager.begin(
            name, during: ownTalks.openSpurt(to: Pager.target),
            after: ownTalks.lastSpurt(to: Pager.target), &orders)
        station.aim(
            TalkTarget(
                stream: TalkTarget.page, reference: target.reference,
                listeners: target.listeners, priority: priority, purpose: .page), at: now)
        // The listeners learn what the stream means before they hear it.
        followStation()
        aim(TalkTarget.page, at: target.listeners, name: .named(name))
        orders.add(.press(target: Pager.target, isDown: true))
    }

    private mutating func call(
        _ target: TalkTarget, _ calling: Wish.Calling
    ) throws(Wish.Problem) {
        if let channel = calling.channel { callDesk.hunts(channel, by: calling.id) }
        let problem = station.call(
            Array(target.listeners), id: calling.id, mode: calling.mode,
            priority: calling.priority, reference: calling.isJoined ? target.reference : 0,
            isHunt: !calling.isJoined, ringTime: calling.ringTime, at: now)
        if let problem { throw .call(problem) }
    }
}
