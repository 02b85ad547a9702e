internal import Crypto
internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// Handshakes, and what the sessions ask for.
extension Room {
    /// A datagram has come.
    func receive(_ bytes: [UInt8], from source: Endpoint) {
        guard isRunning, !house.hasFailed else { return }
        // The first byte tells handshakes from the packets of a session (protocol.md §1.3).
        guard bytes[0] < 0x10 else { return sound.open(bytes, from: source) }
        turn { feed { _, table, now in _ = table.receive(bytes.span, from: source, at: now) } }
    }

    func perform(_ action: consuming SessionAction) {
        switch consume action {
        case .transmit(let datagram, let target):
            let bytes = datagram.bytes.indices.map { datagram.bytes[$0] }
            house.network.send(bytes, from: number, to: target)
        case .install(let peer, let keys, let target):
            let crate = Crate(keys)
            tell { sound in
                if let keys = crate.keys.take() { sound.peer(peer).install(keys, at: target) }
            }
        case .send(let peer, let index, let payload, let target):
            let plaintext = payload.bytes.indices.map { payload.bytes[$0] }
            tell {
                $0.send(plaintext, PacketFlags(kind: .control), to: peer, on: index, at: target)
            }
        case .cover(let peer):
            let plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMin)
            tell { $0.send(plaintext, PacketFlags(kind: .cover), to: peer) }
        case .drop(let peer, let index):
            tell { _ = $0.peer(peer).slots.drop(index: index) }
        case .endpoint(let peer, let target):
            tell { $0.peer(peer).endpoint = target }
        case .probe(let peer, let target):
            feed { _, table, now in table.probed(peer: peer, target, .silent, at: now) }
        case .resolve(let peer): resolve(peer)
        case .up(let peer, let newBoot):
            feed { board, _, now in board.up(peer: peer, isNewBoot: newBoot, at: now) }
        case .down(let peer):
            feed { board, _, now in board.down(peer: peer, at: now) }
        }
    }

    /// Looks for the addresses of a peer; some have names, for which that takes a moment.
    func resolve(_ peer: Int) {
        guard let room = room(ofPeer: peer) else { return }
        let endpoint = HouseNetwork.endpoint(of: room)
        guard house.hasName(room) else {
            return feed { board, table, now in
                board.resolved(peer)
                table.call(peer, at: endpoint, isElsewhere: board.called(peer), now: now)
            }
        }
        at(now + .milliseconds(30)) { [unowned self] in
            guard self.room(ofPeer: peer) == room else { return }
            let isFound = house.dice.percent(80)
            turn { lookedUp(peer, isFound ? endpoint : nil) }
        }
    }

    private func lookedUp(_ peer: Int, _ endpoint: Endpoint?) {
        feed { board, table, now in
            let complaint = endpoint == nil ? "no such name" : nil
            board.resolved(peer, isFound: endpoint != nil, complaint: complaint)
            guard let endpoint else { return }
            table.call(peer, at: endpoint, isElsewhere: board.called(peer), now: now)
        }
    }
}

extension PeerTable {
    /// Calls a peer at this address, which may not be the one it had.
    fileprivate mutating func call(
        _ peer: Int, at endpoint: Endpoint, isElsewhere: Bool, now: Instant
    ) {
        if isElsewhere {
            moved(to: [endpoint], peer: peer, at: now)
        } else {
            setEndpoints([endpoint], of: peer, at: now)
        }
    }
}
