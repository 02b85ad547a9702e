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

/// The records of peers, and the orders of the switchboard.
extension ControlLoop {
    /// Takes the control records that the media loop has opened.
    mutating func takeRecords() {
        var count = 0
        while let opened = rings.records.pop(after: count) {
            count += 1
            // Earlier events come first. When a peer has started again, the order is: the switch to
            // its new session, which forgets the meaning of its streams, and then the records that
            // bind them anew.
            takeEvents()
            let (peer, index) = (opened.packet.peer, opened.packet.index)
            // A record of a peer that has left may still lie in the ring.
            guard cores.table.owns(index, peer: peer) else { continue }
            let source = Endpoint(opened.packet.source)
            let packet = PacketRecords(opened.bytes.span.extracting(first: opened.packet.count))
            // A request of an earlier run of the peer is void.
            let isOfThisRun = cores.table.isInUse(index, by: peer)
            // One by one, so that each record's orders are carried out before the next record acts;
            // but their answers leave together, in no more packets than came.
            feed { board, _, _ in board.begin(packetOf: peer) }
            for record in packet.all {
                switch record {
                case .roster, .rosterQuestion, .rosterPart:
                    site.receive(record, from: peer, at: now)
                case .message(let message): messages.receive(message, from: peer, at: now)
                case .pong(let token):
                    guard let askedAt = switchboard.whenAsked(token, of: peer) else {
                        break
                    }
                    rings.tell(
                        .answered(
                            peer: peer, index: index, askedAt: askedAt, time: opened.packet.time))
                default: break
                }
                feed { board, table, now in
                    switch record {
                    case .confirm(let value, let boot):
                        table.confirm(value, boot: boot, peer: peer, index: index, at: now)
                    case .pathChallenge(let token):
                        table.follow(
                            .challenge(token, from: source), of: peer, index: index, at: now)
                    case .pathResponse(let token):
                        table.follow(.response(token), of: peer, index: index, at: now)
                    case .close: table.closed(peer: peer, index: index, at: now)
                    case .keyShared: table.ownKeySigns.reported(by: peer, on: index, at: now)
                    case .roster, .rosterQuestion, .rosterPart, .message: break
                    default:
                        guard isOfThisRun else { return }
                        if case .forward(let notice) = record,
                            now - opened.packet.madeAt <= Switchboard.freshFor
                        {
                            table.told(notice, by: peer, at: now)
                        }
                        board.receive(
                            record, beside: packet.heard(beside: record), from: peer, at: now,
                            cameAt: opened.packet.cameAt, age: now - opened.packet.madeAt)
                    }
                }
            }
            feed { board, _, now in
                board.end(packetOf: peer, excess: packet.excess, at: now)
            }
        }
        // There may be more: another turn begins at once.
        if count == RecordRing.turn { rings.eventsWaiting.raise() }
    }

    mutating func perform(_ order: Order) {
        switch order {
        case .sound(let order): rings.tell(order)
        case .send(let peer, let payload): send(payload, to: peer)
        case .want(let peer):
            feed { _, table, now in table.wanted(peer: peer, at: now) }
            if isUp(peer) { break }
            neighbourhood.seek(at: now)
            mailbox?.want(peer, wall: wall, at: now)
        case .switchRelay(let peer, let signal):
            let relay = config.relays.firstIndex {
                Reference.of(relay: $0.name) == signal.reference
            }
            let switched = pulse(relay, by: "peer \(directory[peer].name)", peer: peer)
            let status = RequestResult.Status(switched)
            feed { board, _, _ in board.answer(signal, of: peer, with: status) }
        case .record(let stream, let peers): record(stream, from: peers)
        case .notice(let notice): publish(notice)
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
        }
    }

    /// Sends records to a peer on its present session only: a later session may be with another run
    /// of the peer, which the records do not concern.
    func send(_ payload: ControlPayload, to peer: Int) {
        let session = cores.table.state(of: peer)?.sessionIndex
        rings.tell(.send(peer: peer, index: session, payload, to: nil, made: now))
    }
}

/// The reports to people.
extension ControlLoop {
    /// Writes a notice to the history, and reports it to people.
    private mutating func publish(_ notice: Notice) {
        let (names, wall) = (names, wall)
        if var record = names.record(of: notice, at: now, wall: wall) {
            askers.complete(&record)
            for fault in history.append(record, at: now) { tell(.historyFault, detail: fault) }
        }
        let event = names.event(of: notice, at: now, wall: wall) { snapshot() }
        if let event { publish(event) }
        if case .callEnded(let summary, let ending) = notice,
            let peer = summary.unreached(by: ending), ending == .unreachable || !isUp(peer)
        {
            mailbox?.calledInVain(peer, wall: wall, at: now)
        }
    }

    /// Reports a call that did not reach this station, unless it is no news to the history.
    mutating func publish(missedCall peer: Int, at milliseconds: Int) {
        guard directory.contains(peer), config.policy(ofPeer: directory[peer].name).call != .never
        else { return }
        let record = names.record(ofMissed: peer, at: milliseconds)
        guard history.isNews(record, wall: wall) else { return }
        for fault in history.append(record, at: now) { tell(.historyFault, detail: fault) }
        let time = LocalTime(milliseconds: Int64(milliseconds))?.text ?? "?"
        let cause = HistoryRecord.Cause.notReachable
        var event = Event(
            .missedCall, at: wall, peer: record.peer, detail: "\(cause.words), \(time)")
        (event.call, event.cause) = (record.call, cause.rawValue)
        publish(event)
        feed { board, _, _ in board.missedCall() }
    }

    /// Announces an event, in the same words to watchers and journal.
    mutating func publish(_ event: Event) {
        var event = event
        askers.complete(&event)
        server.tell(event)
        if event.kind == .ring, let peer = event.peer { homeAssistant?.rang(by: peer) }
        journal.tell(event, program: config.events.onEvent, at: now)
    }

    /// Makes an event for journal and watchers; peers and buttons are given by their place.
    mutating func tell(
        _ kind: Event.Kind, peer: Int? = nil, target: String? = nil, button: Int? = nil,
        lamp: String? = nil, since: Instant? = nil, detail: String? = nil
    ) {
        var event = Event(
            kind, at: wall, peer: peer.map { directory[$0].name }, target: target,
            seconds: since.map { (now - $0).inSeconds }, detail: detail)
        event.button = button.map { config.buttons[$0].name }
        event.lamp = lamp
        if kind == .relay { event.asker = event.peer.map { "peer \($0)" } }
        publish(event)
    }
}

/// Pairing with another station by a code or by the talk button; the button can also erase this
/// station.
extension ControlLoop {
    /// Advances a pairing, and carries out its orders.
    mutating func followPairing() {
        if let caller = pairings.caller, server.hasHungUp(caller) { pairings.cancel() }
        if pairings.isSearching {
            pairings.found(neighbourhood.pairings(at: now), at: now)
        }
        if pairings.isBusy { pairings.tick(ownStation, at: now) }
        if pairings.hasUnused, settings.canReload(isTakingLeave: cores.table.isTakingLeave) {
            if let asker = pairings.job?.asker { askers.begin(asker, .reload) }
            beginReload(for: .pairing)
            askers.end(nil)
        }
        while let order = pairings.nextOrder() {
            switch order {
            case .tell(let report, let caller): server.tell(.pairing(report), to: caller)
            case .say(let word, let isOver): pairingButton.report(word, isOver: isOver)
            case .answer(let reply, let caller): server.replyLate(reply, to: caller, at: now)
            case .publish(var event):
                event.timeMilliseconds = wall
                publish(event)
            case .lookUp(let address):
                links.resolver.resolve(.init(peer: nil, addresses: [address]))
            case .showOnLAN(let port): neighbourhood.offerPairing(port, at: now)
            case .seek(let isSought): neighbourhood.seekPairings(isSought, at: now)
            }
        }
        let place = config.pairingButton
        let (hasSpeaker, own) = (devices.cards.output.isOpen, place.map { _ in ownStation })
        let told = pairingButton.serve(
            place.map { devices.lines.keys[$0] }, hasSpeaker: hasSpeaker, own, config.sounds,
            &pairings, by: rings, at: now)
        for detail in told { tell(.keyAction, button: place, detail: "pairing: \(detail)") }
        let eraser = config.resetButton
        let word = resetButton.serve(
            eraser.map { devices.lines.keys[$0] }, hasSpeaker: hasSpeaker, config, by: writer,
            at: now)
        if let word {
            pairingButton.say([word], config.sounds, by: rings)
            tell(
                .keyAction, button: eraser,
                detail: "erasing: \(resetButton.problem ?? word.rawValue)")
        }
    }

    private func isUp(_ peer: Int) -> Bool {
        if case .up = cores.table.state(of: peer)?.phase { true } else { false }
    }

    /// This station as a pairing sees it.
    var ownStation: OwnStation {
        OwnStation(
            publicKey: cores.table.publicKey, config: config,
            used: PeerFiles(settings.sources, in: config.paths), folder: facts.folder,
            isOnLAN: neighbourhood.isSearched,
            up: directory.numbers.filter { isUp($0) }.map {
                let endpoint = cores.table.state(of: $0)?.endpoint
                return (directory.key(of: $0), endpoint.map { SocketAddress($0).host } ?? "?")
            })
    }
}

/// The roster of the site, from peer to peer.
extension ControlLoop {
    /// Advances the exchange of rosters, and carries out its orders.
    mutating func followSite() {
        site.tick(PeerFiles(settings.sources, in: config.paths), at: now)
        while let (peer, record) = site.nextRecord() {
            send(ControlPayload(record), to: peer)
        }
        while let word = site.nextWord() {
            tell(word.isFault ? .siteFault : .site, peer: word.peer, detail: word.text)
        }
        while let (caller, reply) = site.nextAnswer() {
            server.replyLate(reply, to: caller, at: now)
        }
        if site.hasUnused, settings.canReload(isTakingLeave: cores.table.isTakingLeave) {
            site.beginUse()
            beginReload(for: .site)
        }
    }
}
