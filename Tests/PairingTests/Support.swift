import Crypto
import Testing
import Time
import Vectors
import Wire

@testable import Peering

/// One pairing of `Tests/Vectors/intercom_v1.json`: what went in, and what must come out.
struct PairingVector: Decodable, Sendable {
    struct Inputs: Decodable {
        struct Pairing: Decodable {
            let code_typed, nonce_a, nonce_b, x, y, kem_seed, kem_m: String
            let suites_a, suites_b: UInt8
            let static_a, static_b, caps_a, caps_b, name_a, name_b: String
        }
        struct Code: Decodable {
            let typed: String
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                typed = try list.decode(String.self)
            }
        }
        let pairing: [Pairing]
        let codes: [Code]
    }
    struct File: Decodable {
        let inputs: Inputs
        let pairing: [PairingVector]
        let codes: [String?]
    }
    let p1, p2, p3, p4, psk: String
    let suite: UInt8

    static func file() throws -> File { try ProtocolVectors.read() }
}

func key(_ hex: String) -> Key { Key(copying: [UInt8](hex: hex).span) }

func hex(_ key: borrowing Key) -> String {
    [UInt8](key.bytes).hex
}

/// A card with a key that nobody else has.
func card(_ name: String, secret: borrowing Key = .random()) throws -> PairingCard {
    try #require(
        PairingCard(
            publicKey: X25519.publicKey(of: secret), capabilities: Capabilities(bootID: 7),
            name: name))
}

/// What a pairing, or one side of it, wants done.
enum Outcome: Equatable {
    case waits
    case connects(UInt64)
    case sends([UInt8])
    case prepares(String)
    case paired(PairingCard, Suite, psk: String)
    case failed(Pairing.Failure)
    /// Of a side alone.
    case fails(PairingMismatch)

    init(_ step: consuming Pairing.Step) {
        switch consume step {
        case .wait: self = .waits
        case .connect(let place): self = .connects(place.low)
        case .send(let bytes): self = .sends(bytes)
        case .prepare(let paired): self = .prepares(paired.peer.name)
        case .paired(let paired): self = .paired(paired.peer, paired.suite, psk: hex(paired.psk))
        case .failed(let failure): self = .failed(failure)
        }
    }

    init(_ message: [UInt8]?) { self = message.map { .sends($0) } ?? .waits }

    init(_ bytes: [UInt8], to side: inout EnteringSide) {
        do { self.init(try side.receive(bytes.span)) } catch { self = .fails(error) }
    }

    init(_ bytes: [UInt8], to side: inout ShowingSide) {
        do { self.init(try side.receive(bytes.span)) } catch { self = .fails(error) }
    }

    /// The bytes it sends; none otherwise.
    var sent: [UInt8] { if case .sends(let bytes) = self { bytes } else { [] } }

    /// The name of the station that is stored.
    var peer: String? { if case .paired(let peer, _, _) = self { peer.name } else { nil } }
}

/// A pairing in virtual time, whose answers can be compared.
final class TestedPairing {
    var core = Pairing(suites: OfferedSuites(withAES: true), rounds: 1)
    /// Since the start.
    var time = Duration.zero
    private var now: Instant { Meeting.start + time }

    var hasRoom: Bool { core.hasRoom(at: now) }
    var deadline: Duration? { core.deadline(at: now).map { $0 - Meeting.start } }

    func show(_ code: String = "7K9M-QX2W", isAtScreen: Bool = true) throws -> Duration? {
        let end = core.show(
            try PairingCode(typed: code), as: try card("kitchen"), isAtScreen: isAtScreen, at: now)
        return end.map { $0 - Meeting.start }
    }

    func enter(_ code: String, at boxes: [[Endpoint]]) throws -> Outcome {
        Outcome(
            core.enter(try PairingCode(typed: code), at: boxes, as: try card("office"), at: now))
    }

    func accept() { core.accepted(at: now) }
    func connected() -> Outcome { Outcome(core.connected(at: now)) }
    func receive(_ bytes: [UInt8]) -> Outcome { Outcome(core.receive(bytes.span, at: now)) }
    func admit() -> [UInt8] { core.admit(at: now) }
    func ended(isInOrder: Bool = false) -> Outcome {
        Outcome(core.ended(isInOrder: isInOrder, at: now))
    }
    func tick() -> Outcome { Outcome(core.tick(at: now)) }
}
