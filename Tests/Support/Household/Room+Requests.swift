internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// What people ask for, by button or by a program that may wait.
extension Room {
    /// Every request is served in a turn of the loop.
    private func ask(_ act: () -> Void) {
        guard isRunning else { return }
        turn(act)
    }

    private func named(_ name: String) -> Wish.Named<TalkTarget> {
        Wish.Named(name, routing.target(named: name))
    }

    /// Has a wish decided, and takes down what became of it before anything follows from it.
    private func obey(
        _ wish: Wish, for caller: ProgramTicket? = nil, granted: (Wish.Outcome) -> Void = { _ in }
    ) {
        let (hasMicrophone, hasSpeaker) = (sound.hasCapture, sound.hasPlayback)
        ask {
            let problem: Wish.Problem? = feed { board, _, now in
                do throws(Wish.Problem) {
                    let sound = (hasMicrophone, hasSpeaker)
                    granted(try board.handle(wish, for: caller, with: sound, at: now))
                    return nil
                } catch { return error }
            }
            if let problem, !rules.mayRefuse(wish, problem, hasMicrophone: hasMicrophone) {
                fail("\(wish) is refused: \(problem)")
            }
        }
    }

    // MARK: Harm

    /// Says that it is in the call that another room is in, whose name it has found out.
    func intrude(into other: Room) {
        guard isRunning, other.isRunning, let peer = numbers[other.number],
            let call = other.switchboard.call?.summary, call.id != ownCall,
            let last = rules.lastNumber[peer]
        else { return }
        house.count(.intruders)
        // A number before its station's own, so that those stay good.
        let mid = last &- UInt32(house.dice.number(in: 100...250))
        let binding = StreamBinding(
            mid: mid, stream: TalkTarget.call, purpose: .call, priority: .normal,
            reference: call.id.reference)
        tell { $0.send(ControlPayload(.stream(binding)), to: peer) }
    }

    private var ownCall: CallID? { switchboard.call?.summary.id }

    // MARK: Talks

    /// `talk`: the microphone is open to a target for as long as its caller is there.
    func talk(_ name: String) -> ProgramTicket? {
        guard isRunning else { return nil }
        let ticket = callers.ticket()
        var isGranted = false
        obey(.talk(named(name), isDown: true), for: ticket) { _ in
            callers.wait(ticket, .talk, name, at: now)
            isGranted = true
        }
        return isGranted ? ticket : nil
    }

    /// `ptt`; without a name to whoever was heard last.
    func ptt(_ name: String?, isDown: Bool) {
        guard let name else {
            return obey(.reply(isDown: isDown)) { _ in house.count(.replies) }
        }
        obey(.talk(named(name), isDown: isDown))
    }

    func hangUp(_ ticket: ProgramTicket) {
        house.count(.gone)
        callers.hangUp(ticket, at: now)
        turn()
    }

    // MARK: Pages and announcements

    /// A page; one by a button has no caller, and ends by the next press.
    func page(_ name: String, _ priority: Priority, waits: Bool) -> ProgramTicket? {
        guard isRunning else { return nil }
        let ticket = waits ? callers.ticket() : nil
        let isPaging = switchboard.pager.name != nil
        var isGranted = false
        obey(.page(named(name), priority), for: ticket) { _ in
            if isPaging { house.count(.pagesReplaced) }
            house.count(.pages)
            rules.pageAsked()
            isGranted = true
            guard let ticket else { return }
            callers.wait(ticket, .page, name, at: now)
            rules.pageKept(for: ticket)
        }
        return isGranted ? ticket : nil
    }

    func endPage() {
        guard let name = switchboard.pager.name else { return }
        obey(.endPage(named(name)))
    }

    /// `announce` of a file of this length; its reader may stop before its first sound.
    func announce(
        _ name: String, _ priority: Priority, for length: Duration, stops: Bool
    ) -> ProgramTicket? {
        guard isRunning, switchboard.announcer.job == nil,
            let target = routing.target(named: name)
        else { return nil }
        let ticket = callers.ticket()
        ask {
            callers.wait(ticket, .announcement, name, at: now)
            reading = (length, !stops, now)
            feed { board, _, _ in board.announce(to: target, named: name, priority, for: ticket) }
        }
        guard !stops || house.dice.percent(50) else { return ticket }
        at(now + house.dice.milliseconds(50...400)) { [unowned self] in
            guard reading != nil, switchboard.announcer.awaitsSound else { return }
            reading?.since = now
            turn { feed { board, _, now in board.speakAnnouncement(at: now) } }
        }
        return ticket
    }

    /// A reader that gives nothing for five seconds is gone.
    func followAnnouncement() {
        guard let reading else { return }
        let announcer = switchboard.announcer
        guard announcer.awaitsSound || announcer.isSpeaking else {
            self.reading = nil
            return
        }
        let isStill = !reading.isWhole || announcer.awaitsSound
        guard isStill else { return }
        let sounds = announcer.isSpeaking ? reading.length : .zero
        let due = reading.since + sounds + .seconds(5)
        guard now >= due else { return arm(due) }
        self.reading = nil
        feed { board, _, _ in board.stopAnnouncement() }
    }

    // MARK: Calls

    func call(_ name: String, _ mode: Offer.Mode, _ priority: Priority, ringTime: Duration) {
        guard isRunning else { return }
        let id = house.newCallID()
        var calling = Wish.Calling(
            id, mode: mode, priority: priority, ringTime: ringTime)
        if let channel = settings.channels.first(where: { $0.name == name }) {
            calling.channel = name
            calling.isJoined = channel.joins
        }
        house.requests.made(.call(id), at: now)
        obey(.call(named(name), calling))
    }

    func answer() {
        obey(.answer) { outcome in
            if case .answered(let id?) = outcome { rules.personAnswered(id) }
        }
    }

    func reject() { obey(.reject) }
    func hangUpCall() { obey(.hangUp) }

    // MARK: Lights and relays

    func request(_ target: Signal.Target, of room: Int) {
        guard let peer = numbers[room] else { return }
        guard isRunning else { return }
        let name = RoomRouting.name(ofRoom: room)
        let reference: UInt64 = target == .relay ? house.dice.pick([1, 2, 3]) : 0
        obey(.ask(Wish.Named(name, peer), target, reference: reference, what: "it")) { outcome in
            guard case .asked(let mid) = outcome else { return }
            house.requests.made(.signal(asker: number, asked: room, mid: mid), at: now)
        }
    }

    // MARK: Switches

    func rest(_ isOn: Bool) {
        isDoNotDisturb = isOn
        ask { consent() }
    }

    func muteMicrophone(_ isOn: Bool) {
        isMicrophoneMuted = isOn
        ask { knowDevices() }
    }

    func takeMicrophone(_ isGone: Bool) {
        guard isRunning, sound.hasCapture == isGone else { return }
        house.count(.cards)
        sound.lose(capture: isGone)
        event { if isGone { $0.captureFailed() } }
    }
}
