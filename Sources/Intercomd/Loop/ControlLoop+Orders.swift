internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// What the switchboard wants done.
extension ControlLoop {
    mutating func perform(_ order: Order) {
        switch order {
        case .protect(let peer, let choice): rings.tell(.protect(peer: peer, choice))
        case .hear(let peer, let stream, let hearing, let priority):
            rings.tell(.hear(peer: peer, stream: stream, hearing, priority))
        case .press(let target, let isDown):
            rings.tell(.press(target: target, isDown: isDown))
        case .aim(let target, let listeners):
            rings.tell(.aim(target: target, listeners: listeners))
        case .doubt(let peer, let isDoubted): rings.tell(.doubt(peer: peer, isDoubted))
        case .chime(let chime): rings.tell(.chime(chime))
        case .ring(let chime): rings.tell(.ring(chime))
        case .beep(let isOn): rings.tell(.beep(isOn))
        case .send(let peer, let payload):
            // A later session may be with another run of the peer, which was asked for nothing.
            let session = cores.table.state(of: peer)?.sessionIndex
            rings.tell(.send(peer: peer, index: session, payload, to: nil, made: now))
        case .want(let peer):
            feed { _, table, now in table.wanted(peer: peer, at: now) }
            if case .up = cores.table.state(of: peer)?.phase { break }
            neighbourhood.seek(at: now)
            mailbox?.want(peer, wall: wall, at: now)
        case .redial(let peer):
            let calling = Wish.Calling(Boot.callID(), ringTime: config.call.ringTime)
            feed { board, _, now in board.redial(peer, calling, at: now) }
        case .switchRelay(let peer, let signal):
            let relay = config.relays.firstIndex {
                Reference.of(relay: $0.name) == signal.reference
            }
            let switched = pulse(relay, by: "peer \(directory[peer].name)", peer: peer)
            let status = RequestResult.Status(switched)
            feed { board, _, _ in board.switched(status, for: signal, of: peer) }
        case .notice(let notice): follow(notice)
        case .answer(let caller, let answer):
            let reply = Reply(answer, names, switchboard) { snapshot() }
            server.replyLate(reply, to: caller, at: now)
        case .checkSession(let peer): feed { _, table, now in table.doubted(peer: peer, at: now) }
        case .resolve(let peer): resolve(peer)
        case .retryAll: feed { _, table, now in table.retryAll(at: now) }
        case .reopen(let direction): devices.cards.reopen(PCMError.Direction(direction), at: now)
        case .announce:
            if let box = reader.takeAnnouncement() { rings.tell(.announce(box)) }
        case .endAnnouncement: rings.tell(.announceEnd(isNow: true))
        case .reportsAreIn: break
        }
    }

    /// Keeps what the history is to know, and tells people.
    private mutating func follow(_ notice: Notice) {
        let (names, wall) = (names, wall)
        if var record = names.record(of: notice, at: now, wall: wall) {
            askers.complete(&record)
            for fault in history.append(record, at: now) { announce(Event(fault, at: wall)) }
        }
        let event = names.event(of: notice, at: now, wall: wall) { snapshot() }
        if let event { announce(event) }
    }
}
