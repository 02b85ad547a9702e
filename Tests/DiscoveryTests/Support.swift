import Crypto
import Seeds
import Time
import Vectors
import VirtualTime
import Wire

@testable import Peering

extension Dice {
    var lots: Lots { Lots(random: source) }
}

func lots(_ seed: UInt64 = 1) -> Lots { Dice(seed: seed).lots }

/// A moment, in milliseconds since the start of a test.
func ms(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

/// 192.0.2.`host`, from the port of multicast DNS.
func host(_ host: UInt64, port: UInt16 = 5353) -> Endpoint {
    Endpoint(high: 0, low: 0xFFFF_C000_0200 + host, port: port)
}

/// fe80::`host` on interface 3.
func linkLocal(_ host: UInt64, port: UInt16 = 5353) -> Endpoint {
    Endpoint(high: 0xFE80 << 48, low: host, port: port, scope: 3)
}

let wired = Link(interface: 3, isIPv6: false)
let wiredIPv6 = Link(interface: 3, isIPv6: true)

/// The link `wired` at a host of 192.0.2.0/24.
func place(_ number: UInt64, _ link: Link = wired) -> LinkAddresses {
    LinkAddresses(link, [OwnAddress(host(number, port: 0), prefix: 120)])
}

/// Pieces of a message one after the other.
func bytes(_ pieces: [UInt8]...) -> [UInt8] { pieces.flatMap { $0 } }

/// Labels, each after its length.
func labels(_ labels: String...) -> [UInt8] {
    labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
}

func message(_ bytes: [UInt8]) -> DNSMessage? { DNSMessage(parsing: bytes.span) }

/// One station of a test: its keys.
struct Person {
    let secret: [UInt8]

    init(_ number: UInt8) { secret = [UInt8](repeating: number, count: 32) }

    var key: Key { Key(copying: secret.span) }
    var publicKey: PublicKey { X25519.publicKey(of: key) }

    func tagKey(with other: Person, psk: UInt8 = 0) -> TagKey {
        let psk = [UInt8](repeating: psk, count: 32)
        return TagKey(own: key, peer: other.publicKey, psk: Key(copying: psk.span))!
    }
}
