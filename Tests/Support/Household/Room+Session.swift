internal import Crypto
internal import Session
internal import Switchboard
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
        _ = table.receive(bytes.span, from: source, at: now)
        doWhatCoresAsk()
        turn()
    }

    func perform(_ action: consuming Action) {
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
                $0.send(plaintext, FrameFlags(kind: .control), to: peer, on: index, at: target)
            }
        case .cover(let peer):
            let plaintext = [UInt8](repeating: 0, count: FrameLayout.plaintextMin)
            tell { $0.send(plaintext, FrameFlags(kind: .cover), to: peer) }
        case .drop(let peer, let index):
            tell { _ = $0.peer(peer).slots.drop(index: index) }
        case .endpoint(let peer, let target):
            tell { $0.peer(peer).endpoint = target }
        case .probe(let peer, let target):
            switchboard.probed(peer, at: now)
            table.probed(peer: peer, target, .silent, at: now)
        case .resolve(let peer): resolve(peer)
        case .up(let peer, let newBoot): switchboard.up(peer, isNewBoot: newBoot, at: now)
        case .down(let peer): switchboard.down(peer, at: now)
        }
    }

    /// Looks for the addresses of a peer; some have names, for which that takes a moment.
    func resolve(_ peer: Int) {
        guard let room = room(ofPeer: peer) else { return }
        let endpoint = HouseNetwork.endpoint(of: room)
        guard house.hasName(room) else {
            switchboard.resolved(peer)
            return setEndpoint(endpoint, of: peer)
        }
        at(now + .milliseconds(30)) { [unowned self] in
            guard self.room(ofPeer: peer) == room else { return }
            let isFound = house.dice.percent(80)
            switchboard.answered(
                peer, isFound: isFound, complaint: isFound ? nil : "no such name")
            if isFound { setEndpoint(endpoint, of: peer) }
            doWhatCoresAsk()
            turn()
        }
    }

    private func setEndpoint(_ endpoint: Endpoint, of peer: Int) {
        if switchboard.called(peer) {
            table.moved(to: [endpoint], peer: peer, at: now)
        } else {
            table.setEndpoints([endpoint], of: peer, at: now)
        }
    }
}

/// Session keys on their way through a ring.
private final class Crate {
    var keys: SessionKeys?
    init(_ keys: consuming SessionKeys) { self.keys = consume keys }
}
