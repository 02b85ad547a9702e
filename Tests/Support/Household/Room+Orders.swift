internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// What the switchboard wants done.
extension Room {
    func perform(_ order: Order) {
        rules.saw(order, at: self)
        switch order {
        case .sound(.hear(let peer, let stream, let hearing, let priority)):
            tell { $0.hear(peer, stream, hearing, priority) }
        case .sound(.press(let target, let isDown)): tell { $0.press(target, isDown: isDown) }
        case .sound(.aim(let target, let listeners)): tell { $0.aim(target, at: listeners) }
        case .sound, .reopen, .record: break
        case .send(let peer, let payload):
            let session = table.state(of: peer)?.sessionIndex
            tell { $0.send(payload, to: peer, on: session) }
        case .want(let peer): feed { _, table, now in table.wanted(peer: peer, at: now) }
        case .switchRelay(let peer, let signal):
            house.count(.relays)
            let status: RequestResult.Status = house.dice.percent(80) ? .done : .denied
            feed { board, _, _ in board.answer(signal, of: peer, with: status) }
        case .notice(let notice): learn(notice)
        case .answer(let caller, let answer):
            house.count(.answers)
            if let wrong = callers.answered(caller, answer) { fail(wrong) }
        case .checkSession(let peer): feed { _, table, now in table.doubted(peer: peer, at: now) }
        case .resolve(let peer): resolve(peer)
        case .retryAll: feed { _, table, now in table.retryAll(at: now) }
        case .announce:
            guard let reading else { return }
            tell { sound in
                sound.announce(for: reading.length)
                if reading.isWhole { sound.completeAnnouncement() }
            }
        case .endAnnouncement: tell { $0.endAnnouncement() }
        }
    }

    /// People learn what happened.
    private func learn(_ notice: Notice) {
        switch notice {
        case .callBegan: house.count(.calls)
        case .callStands(let summary, let state): react(to: state, of: summary.id)
        case .callEnded(let summary, let ending):
            if summary.isMissed(by: ending) { house.count(.missed) }
        case .inCall(let notice, _):
            switch notice {
            case .dropIn, .listenIn: house.count(.opened)
            case .joined: house.count(.joined)
            case .left, .weak, .strong: break
            }
        case .pageBegan: house.count(.pagesHeard)
        case .announcementBegan: house.count(.announcements)
        case .refused: house.count(.refused)
        case .signal: house.count(.signals)
        case .noListener: house.count(.unheard)
        case .heard(_, _, let heard):
            if heard.contains(where: { $0.obstacle == nil }) { house.count(.heard) }
        case .talkBegan: house.count(.talks)
        default: break
        }
    }

    /// It rings: somebody answers, or not.
    private func react(to state: CallState, of id: CallID) {
        if state == .active { house.count(.answered) }
        guard state == .ringing else { return }
        let choice = house.dice.below(100)
        later(house.dice.milliseconds(300...15_000)) { [unowned self] in
            guard switchboard.call?.summary.id == id else { return }
            switch choice {
            case 0..<65: answer()
            case 65..<80: reject()
            default: break
            }
        }
    }
}
