import Crypto
import Vectors
import Wire

@testable import Peering

/// An action without its secrets, for comparison.
enum Fetched: Equatable {
    case transmit([UInt8], to: Endpoint)
    case install(peer: Int, index: UInt32, remote: UInt32, endpoint: Endpoint)
    case send(peer: Int, index: UInt32, [UInt8], to: Endpoint?)
    case cover(peer: Int)
    case drop(peer: Int, index: UInt32)
    case endpoint(peer: Int, Endpoint)
    case probe(peer: Int, Endpoint)
    case resolve(peer: Int)
    case up(peer: Int, newBoot: Bool)
    case down(peer: Int)

    init(_ action: consuming SessionAction) {
        switch consume action {
        case .transmit(let datagram, let target):
            self = .transmit([UInt8](datagram.bytes), to: target)
        case .install(let peer, let keys, let endpoint):
            self = .install(
                peer: peer, index: keys.localIndex, remote: keys.sealer.receiverIndex,
                endpoint: endpoint)
        case .send(let peer, let index, let payload, let target):
            self = .send(peer: peer, index: index, Self.record(payload), to: target)
        case .cover(let peer): self = .cover(peer: peer)
        case .drop(let peer, let index): self = .drop(peer: peer, index: index)
        case .endpoint(let peer, let endpoint): self = .endpoint(peer: peer, endpoint)
        case .probe(let peer, let target): self = .probe(peer: peer, target)
        case .resolve(let peer): self = .resolve(peer: peer)
        case .up(let peer, let newBoot): self = .up(peer: peer, newBoot: newBoot)
        case .down(let peer): self = .down(peer: peer)
        }
    }

    /// The first record of a payload, type and body.
    private static func record(_ payload: ControlPayload) -> [UInt8] {
        let bytes = payload.bytes.indices.map { payload.bytes[$0] }
        return [bytes[0]] + bytes[2..<2 + Int(bytes[1])]
    }

    /// The bytes of a handshake message.
    var message: [UInt8]? {
        if case .transmit(let bytes, _) = self { bytes } else { nil }
    }
}

extension PeerTable {
    /// All pending actions.
    mutating func fetch() -> [Fetched] {
        var all: [Fetched] = []
        while let action = nextAction() { all.append(Fetched(action)) }
        return all
    }

    /// The handshake messages among the pending actions.
    mutating func messages() -> [[UInt8]] { fetch().compactMap(\.message) }
}
