internal import Config
internal import Crypto
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// The traffic between the network and the cores.
extension ControlLoop {
    /// The most answers to this station's handshakes read in one turn.
    private static let handshakesPerTurn = 16

    /// Reads answers to this station's handshakes, or first messages of other stations: those from
    /// the network and those that peers have passed on.
    ///
    /// - Returns: The number read, as far as there was time.
    mutating func takeHandshakes(areInitiations: Bool) -> Int {
        let passedOn = areInitiations ? rings.passedOn : rings.passedOnAnswers
        var count = 0
        while areInitiations
            ? links.intake.mayTake(after: count, busy: Clock.threadNanoseconds())
            : count < Self.handshakesPerTurn
        {
            // In turn: a flood along either path must not starve the other.
            if count.isMultiple(of: 2), let opened = passedOn.pop() {
                takePassedOn(opened)
            } else if let handshake = links.nextHandshake(isInitiation: areInitiations) {
                take(handshake)
            } else if let opened = passedOn.pop() {
                takePassedOn(opened)
            } else {
                break
            }
            count += 1
        }
        // Nothing else wakes the loop for answers that are left.
        if !areInitiations, !passedOn.isEmpty { rings.eventsWaiting.raise() }
        return count
    }

    private mutating func take(_ handshake: Links.Handshake) {
        if mailbox?.take(handshake.bytes, from: handshake.source, at: now) ?? false { return }
        let drop = feed { _, table, now in
            table.receive(handshake.bytes, from: Endpoint(handshake.source), at: now)
        }
        // No more output here: the next datagram must not wait for the fate of this one.
        if let drop { links.count(drop) }
    }

    /// Takes a handshake message that a peer has passed on.
    private mutating func takePassedOn(_ opened: OpenedRecords) {
        // As for records: a switch to the session comes first, and the peer may have left.
        takeEvents()
        let packet = opened.packet
        guard cores.table.owns(packet.index, peer: packet.peer) else { return }
        let way = Endpoint.Way(forwarder: packet.peer, place: packet.flags.forwardPlace)
        let drop = feed { _, table, now in
            table.receive(
                passedOn: opened.bytes.span.extracting(first: packet.count), along: way, at: now)
        }
        if let drop { links.count(drop) }
    }

    mutating func enact(_ action: consuming SessionAction) {
        switch consume action {
        case .transmit(let datagram, let endpoint):
            if let way = endpoint.way {
                if !rings.send(datagram.bytes, along: way) { links.countUnsent() }
            } else {
                links.send(datagram, to: endpoint)
            }
        case .install(let peer, let keys, let endpoint):
            rings.tell(.install(peer: peer, keys, SocketAddress(endpoint)))
            links.areAddressesNews = true
        case .send(let peer, let index, let payload, let endpoint):
            rings.tell(
                .send(
                    peer: peer, index: index, payload, to: endpoint.map { SocketAddress($0) },
                    made: now))
        case .cover(let peer):
            rings.tell(.cover(peer: peer))
        case .drop(let peer, let index):
            rings.tell(.drop(peer: peer, index: index))
        case .endpoint(let peer, let endpoint):
            rings.tell(.endpoint(peer: peer, SocketAddress(endpoint)))
            links.areAddressesNews = true
        case .probe(let peer, let endpoint):
            guard let outcome = links.probe(peer, endpoint, at: now) else { break }
            feed { _, table, now in table.probed(peer: peer, endpoint, outcome, at: now) }
        case .resolve(let peer):
            resolve(peer)
        case .up(let peer, let newBoot):
            site.up(peer, at: now)
            messages.up(peer, at: now)
            followForwarding()
            feed { board, _, now in board.up(peer: peer, isNewBoot: newBoot, at: now) }
        case .down(let peer):
            site.down(peer, at: now)
            messages.down(peer)
            feed { board, _, now in board.down(peer: peer, at: now) }
        }
    }

    /// Tells the cores the traffic of each peer and when it was last heard; once a second.
    mutating func followTraffic() {
        links.areAddressesNews = true
        for peer in 0..<PeerDirectory.capacity {
            let traffic = rings.traffic[peer]
            let sent = Instant(gauge: traffic[.lastSent])
            let opened = Instant(gauge: traffic[.lastOpened])
            let refused = Instant(gauge: traffic[.lastRefused])
            feed { board, table, now in
                table.traffic(
                    peer: peer, sent: traffic[.sentOnCurrent], lastSent: sent, lastOpened: opened,
                    lastRefused: refused, at: now)
                if let opened { board.heard(peer: peer, at: opened) }
            }
            let flooded = rings.records.newlyRefused(of: peer)
            if flooded > 0, directory.contains(peer) {
                feed { board, _, now in board.flooded(by: peer, times: flooded, at: now) }
            }
            guard let opened, directory.contains(peer) else { continue }
            feed { board, _, now in board.checkPresence(of: peer, heardAt: opened, at: now) }
        }
    }

    mutating func resolve(_ peer: Int) {
        guard directory.contains(peer) else { return }
        let found = links.lookUp(directory[peer].places, of: peer)
        feed { board, table, now in
            if found.isAll {
                board.resolved(peer)
            } else if board.whereabouts.isResolved(peer) {
                return
            }
            // A name server may take long to report failure.
            guard !found.endpoints.isEmpty || found.isAll else { return }
            Links.setEndpoints(
                found.endpoints, of: peer, isElsewhere: board.called(peer), in: &table, now)
        }
    }

    mutating func takeAnswers() {
        while let answer = links.resolver.next() {
            let addresses = answer.question.addresses
            guard let peer = answer.question.peer else {
                pairings.lookedUp(addresses, answer.endpoints, at: now)
                continue
            }
            guard directory.contains(peer) else { continue }
            guard addresses == directory[peer].places else {
                // The settings have changed meanwhile.
                resolve(peer)
                continue
            }
            feed { board, table, now in
                let isFound = !answer.endpoints.isEmpty
                board.resolved(peer, isFound: isFound, complaint: answer.complaint)
                guard isFound else { return }
                Links.setEndpoints(
                    answer.endpoints, of: peer, isElsewhere: board.called(peer), in: &table, now)
            }
        }
    }

    /// Tells the sessions the kernel's reports; once a second.
    mutating func followProbes() {
        for peer in directory.numbers {
            guard let found = links.probeOutcome(of: peer, at: now) else { continue }
            feed { _, table, now in
                table.probed(peer: peer, found.endpoint, found.outcome, at: now)
            }
        }
    }

    /// Checks this machine's network after a change, and now and then; once a second.
    mutating func followNetwork() {
        guard links.beginsLook(at: now) else { return }
        links.lookAtNetwork(
            for: directory.numbers, cores.table, listen: config.network.listen)
        tellOfNetwork()
    }

    /// Tells the switchboard why peers are out of reach, and which peers are on this machine.
    mutating func tellOfNetwork() {
        let trouble = links.networkFault.map { "\($0.text) -> \($0.fix ?? "")" }
        let loopback = links.loopback(among: directory.numbers, cores.table)
        feed { board, _, now in board.handle(.network(trouble, loopback: loopback), at: now) }
    }

    /// Checks whether two stations use one peer's key, and reports callers that got no session,
    /// with any key; once a second.
    mutating func followKeys() {
        for peer in directory.numbers {
            feed { board, table, now in
                let isShared = table.sharedKey(of: peer, at: now) != nil
                board.updateKey(of: peer, isShared: isShared)
            }
        }
        for call in feed({ _, table, _ in table.vainCalls.take() }) {
            let name =
                call.peer.map { directory[$0].name } ?? site.formerName(of: call.publicKey)
            publish(
                Event(
                    call.peer == nil ? .unknownKey : .wrongSecret, at: wall, peer: name,
                    target: SocketAddress(call.source).description, detail: call.publicKey.text))
        }
    }

    /// Tells the switchboard when its listeners were last heard.
    mutating func followListeners() {
        feed { [rings] board, table, now in
            board.checkListeners(at: now) { peer in
                guard let state = table.state(of: peer) else { return nil }
                return (Instant(gauge: rings.traffic[peer][.lastOpened]), state.sessionSince)
            }
        }
    }
}
