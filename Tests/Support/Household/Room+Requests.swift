internal import Station
internal import Switchboard
internal import Time
internal import VirtualTime
internal import Wire

/// What people ask for, by button or by a program that may wait.
extension Room {
    /// Every request ends in a turn of the loop.
    private func ask(_ act: () -> Void) {
        guard isRunning else { return }
        switchboard.seen()
        act()
        doWhatCoresAsk()
        turn()
    }

    // MARK: Talks

    /// `talk`: the microphone is open to a target for as long as its caller is there.
    func talk(_ name: String) -> CallerTicket? {
        guard isRunning, sound.hasCapture, let target = routing.target(named: name) else {
            return nil
        }
        let ticket = callers.ticket()
        ask {
            switchboard.press(target.id, isDown: true)
            doWhatCoresAsk()
            callers.wait(ticket, .talk, name, at: now)
            switchboard.hold(target.id, named: name, for: ticket)
        }
        return ticket
    }

    /// `ptt`; without a name to whoever was heard last.
    func ptt(_ name: String?, isDown: Bool) {
        guard isRunning, sound.hasCapture || !isDown else { return }
        ask {
            let peer = switchboard.replyKey.peer(isDown: isDown)
            guard
                let target = name.map({ routing.target(named: $0) })
                    ?? peer.flatMap({ target(ofPeer: $0) })
            else { return }
            if name == nil {
                house.count(.replies)
                let (numbers, routing) = (numbers, routing)
                switchboard.reply(isDown: isDown) { former in
                    numbers.first { $0.value == former }
                        .flatMap { routing.target(named: RoomRouting.name(ofRoom: $0.key))?.id }
                }
                doWhatCoresAsk()
            }
            switchboard.press(target.id, isDown: isDown)
            doWhatCoresAsk()
            guard isDown, let name = routing.target(target.id)?.name else { return }
            switchboard.hold(target.id, named: name, for: nil)
        }
    }

    func hangUp(_ ticket: CallerTicket) {
        house.count(.gone)
        callers.hangUp(ticket, at: now)
        turn()
    }

    // MARK: Pages and announcements

    /// A page; one by a button has no caller, and ends by the next press.
    func page(_ name: String, _ priority: Priority, waits: Bool) -> CallerTicket? {
        guard isRunning, sound.hasCapture, let target = routing.target(named: name) else {
            return nil
        }
        var ticket: CallerTicket?
        ask {
            if switchboard.pager.name != nil { house.count(.pagesReplaced) }
            rules.pageAsked()
            switchboard.page(target, named: name, priority, at: now)
            doWhatCoresAsk()
            house.count(.pages)
            guard waits else { return }
            let own = callers.ticket()
            callers.wait(own, .page, name, at: now)
            rules.pageKept(for: own)
            switchboard.keepPage(for: own)
            ticket = own
        }
        return ticket
    }

    func endPage() {
        ask { if switchboard.pager.name != nil { switchboard.endPage() } }
    }

    /// `announce` of a file of this length; its reader may stop before its first sound.
    func announce(
        _ name: String, _ priority: Priority, for length: Duration, stops: Bool
    ) -> CallerTicket? {
        guard isRunning, switchboard.announcer.wish == nil,
            let target = routing.target(named: name)
        else { return nil }
        let ticket = callers.ticket()
        ask {
            callers.wait(ticket, .announcement, name, at: now)
            reading = (length, !stops, now)
            switchboard.announce(
                Announcer.Wish(caller: ticket, target: target, name: name, priority: priority))
        }
        guard !stops || house.dice.percent(50) else { return ticket }
        at(now + house.dice.milliseconds(50...400)) { [unowned self] in
            guard reading != nil, switchboard.announcer.awaitsSound else { return }
            reading?.since = now
            switchboard.know(surroundings)
            switchboard.speakAnnouncement(at: now)
            doWhatCoresAsk()
            turn()
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
        switchboard.stopAnnouncement()
        self.reading = nil
        doWhatCoresAsk()
    }

    // MARK: Calls

    func call(_ name: String, _ mode: Offer.Mode, _ priority: Priority, ringTime: Duration) {
        guard isRunning, let target = routing.target(named: name),
            mode == .call || target.reference == 0
        else { return }
        let channel = settings.channels.first { $0.name == name }
        let joins = channel?.joins ?? false
        ask {
            _ = switchboard.call(
                Array(target.listeners), id: house.newCallID(), mode: mode, priority: priority,
                reference: joins ? target.reference : 0, channel: channel?.name, isHunt: !joins,
                ringTime: ringTime, at: now)
        }
    }

    func answer() {
        ask {
            let id = switchboard.station.call?.summary.id
            if switchboard.answer(at: now) == nil, let id { rules.personAnswered(id) }
        }
    }

    func reject() { ask { _ = switchboard.reject(at: now) } }
    func hangUpCall() { ask { _ = switchboard.hangUp(at: now) } }

    // MARK: Lights and relays

    func request(_ target: Signal.Target, of room: Int) {
        guard isRunning, let peer = numbers[room] else { return }
        ask { _ = switchboard.ask(peer, target, argument: 1, for: "it", at: now) }
    }

    // MARK: Switches

    func rest(_ isOn: Bool) {
        isDoNotDisturb = isOn
        ask { consent() }
    }

    func muteMicrophone(_ isOn: Bool) {
        isMicrophoneMuted = isOn
        ask { judgeAnew() }
    }

    func takeMicrophone(_ isGone: Bool) {
        guard isRunning, sound.hasCapture == isGone else { return }
        house.count(.cards)
        sound.lose(capture: isGone)
        event { if isGone { $0.captureFailed() } else { $0.captureOpened() } }
    }
}
