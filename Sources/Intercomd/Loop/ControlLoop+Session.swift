internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

extension ControlLoop {
    /// Handshake datagrams taken in one turn at most.
    private static let handshakesPerTurn = 16

    mutating func takeHandshakes() {
        var bytes = InlineArray<1500, UInt8>(repeating: 0)
        for _ in 0..<Self.handshakesPerTurn {
            var room = bytes.mutableSpan
            guard let arrived = links.socket.receive(into: &room) else { return }
            let datagram = bytes.span.extracting(first: arrived.count)
            let verdict = feed { _, table, now in
                table.receive(datagram, from: Endpoint(arrived.from), at: now)
            }
            if case .dropped(let drop) = verdict { count(drop, from: arrived.from) }
        }
    }

    private mutating func count(_ drop: Drop, from source: SocketAddress) {
        links.drops[drop.counter] += 1
        guard case .unknownKey(let key) = drop,
            feed({ board, _, now in board.strangerCalled(at: now) })
        else { return }
        tell(.unknownKey, target: source.description, detail: key.text)
    }

    /// Control records the media loop has opened.
    mutating func takeRecords() {
        while let opened = rings.records.pop() {
            // What happened before it was opened comes first: of a peer that has started again,
            // the switch to its new session, which forgets what its streams meant, and only then
            // the records that bind them anew.
            takeEvents()
            let peer = opened.peer
            // One that has left may have said something yet.
            guard cores.table.owns(opened.index, peer: peer) else { continue }
            let source = Endpoint(opened.source)
            let plain = opened.bytes.span.extracting(first: opened.count)
            var records: [ControlRecord] = []
            var heard: Heard?
            _ = ControlReader.read(plain) {
                if case .heard(let found) = $0 { heard = heard ?? found }
                records.append($0)
            }
            var hasReport = false
            var isConfirmed = false
            var hasHeard = false
            // One by one, so that what each asks for goes out before the next one acts.
            for record in records {
                switch record {
                case .confirm(let value):
                    // Each may be answered, and a packet has room for hundreds: one counts.
                    guard !isConfirmed else { continue }
                    isConfirmed = true
                    feed { _, table, now in
                        table.confirm(
                            value, peer: peer, index: opened.index, from: source, at: now)
                    }
                case .close:
                    feed { _, table, now in
                        table.closed(peer: peer, index: opened.index, at: now)
                    }
                case .report(let report):
                    // What was heard of it is said beside it.
                    let isOfIt = heard?.stream == report.stream
                    if isOfIt { hasReport = true }
                    feed { board, _, now in
                        board.receive(record, beside: isOfIt ? heard : nil, from: peer, at: now)
                    }
                case .heard:
                    // As above: one counts, and not again after the report that it is beside.
                    guard !hasHeard, !hasReport else { continue }
                    hasHeard = true
                    feed { board, _, now in board.receive(record, from: peer, at: now) }
                default:
                    feed { board, _, now in
                        board.receive(record, from: peer, at: now, cameAt: opened.cameAt)
                    }
                }
            }
        }
    }

    mutating func perform(_ action: consuming Session.Action) {
        switch consume action {
        case .transmit(let datagram, let endpoint):
            // Not sent is lost, and lost is repeated.
            let sent = links.socket.send(datagram.bytes, to: SocketAddress(endpoint))
            if sent != .sent { links.unsent += 1 }
        case .install(let peer, let keys, let endpoint):
            rings.tell(.install(peer: peer, keys, SocketAddress(endpoint)))
        case .send(let peer, let index, let payload, let endpoint):
            rings.tell(
                .send(peer: peer, index: index, payload, to: endpoint.map { SocketAddress($0) }))
        case .cover(let peer):
            rings.tell(.cover(peer: peer))
        case .drop(let peer, let index):
            rings.tell(.drop(peer: peer, index: index))
        case .endpoint(let peer, let endpoint):
            rings.tell(.endpoint(peer: peer, SocketAddress(endpoint)))
        case .probe(let peer, let endpoint):
            probe(peer, endpoint)
        case .resolve(let peer):
            resolve(peer)
        case .up(let peer, let newBoot):
            feed { board, _, now in board.follow(.up(isNewBoot: newBoot), of: peer, at: now) }
        case .down(let peer):
            feed { board, _, now in board.follow(.down, of: peer, at: now) }
        }
    }

    /// Tells the sessions how much each has sent and when it was heard.
    mutating func reportTraffic() {
        for peer in 0..<Roster.capacity {
            let traffic = rings.traffic[peer]
            let (sent, opened) = (
                Self.moment(traffic[.lastSent]), Self.moment(traffic[.lastOpened])
            )
            let refused = Self.moment(traffic[.lastRefused])
            feed { board, table, now in
                table.traffic(
                    peer: peer, sent: traffic[.sentOnCurrent], lastSent: sent, lastOpened: opened,
                    lastRefused: refused, at: now)
                if let opened { board.follow(.opened(at: opened), of: peer, at: now) }
            }
        }
    }

    static func moment(_ nanoseconds: UInt64) -> Instant? {
        nanoseconds == 0 ? nil : Instant(nanoseconds: Int64(nanoseconds))
    }

    /// Peers with addresses by number are called at once; names go to the resolver.
    mutating func resolveAll() {
        for peer in roster.numbers { resolve(peer) }
    }

    mutating func resolve(_ peer: Int) {
        guard roster.contains(peer) else { return }
        let addresses = roster[peer].addresses
        let numeric = addresses.compactMap { SocketAddress(host: $0.host, port: $0.port) }
        if numeric.count < addresses.count {
            links.resolver.ask(.init(peer: peer, addresses: addresses))
            guard !switchboard.whereabouts.isResolved(peer) else { return }
            // A name server may take long to say nothing, and the next peer waits for it too.
        } else {
            feed { board, _, now in board.follow(.resolved, of: peer, at: now) }
        }
        guard !numeric.isEmpty else { return }
        setEndpoints(numeric, of: peer)
    }

    private mutating func setEndpoints(_ addresses: [SocketAddress], of peer: Int) {
        let endpoints = addresses.map { Endpoint($0) }
        feed { board, table, now in
            if board.called(peer) {
                table.moved(to: endpoints, peer: peer, at: now)
            } else {
                table.setEndpoints(endpoints, of: peer, at: now)
            }
        }
    }

    /// Tells the switchboard when each peer was heard last.
    mutating func followPeers() {
        for peer in roster.numbers {
            guard let heard = Self.moment(rings.traffic[peer][.lastOpened]) else { continue }
            feed { board, _, now in board.follow(.lastHeard(at: heard), of: peer, at: now) }
        }
    }

    /// Tells the switchboard when its listeners were heard last.
    mutating func followListeners() {
        feed { [rings] board, table, now in
            board.followListeners(at: now) { peer in
                guard let state = table.state(of: peer) else { return nil }
                return Doubts.SignsOfLife(
                    opened: Self.moment(rings.traffic[peer][.lastOpened]),
                    sessionSince: state.sessionSince)
            }
        }
    }

    mutating func takeAnswers() {
        links.resolver.answered.drain()
        while let answer = links.resolver.next() {
            guard roster.contains(answer.peer) else { continue }
            guard answer.addresses == roster[answer.peer].addresses else {
                // The settings have changed meanwhile.
                resolve(answer.peer)
                continue
            }
            let isFound = !answer.endpoints.isEmpty
            feed { board, _, now in
                board.follow(
                    .lookedUp(isFound: isFound, complaint: answer.complaint), of: answer.peer,
                    at: now)
            }
            if isFound { setEndpoints(answer.endpoints, of: answer.peer) }
        }
    }
}
