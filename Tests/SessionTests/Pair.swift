import Testing
import Wire

@testable import Peering

extension SessionLimits {
    /// The limits of the protocol, with keys that are renewed after so many milliseconds.
    static func rekeying(_ initiator: Int, _ responder: Int, expiry: Int = 180_000) -> Self {
        var limits = Self()
        limits.rekeyInitiator = .milliseconds(initiator)
        limits.rekeyResponder = .milliseconds(responder)
        limits.expiry = .milliseconds(expiry)
        return limits
    }
}

/// Two stations that know each other.
struct Pair {
    let network: SimulatedNetwork
    let a: SimulatedStation
    let b: SimulatedStation

    static let psk = [UInt8](repeating: 0x77, count: 32)

    /// Two stations of the vectors' identities; the lower public key is `b`'s.
    init(
        seed: UInt64, suite: SuiteChoice = .aesGCM, limits: SessionLimits = SessionLimits(),
        secrets: (UInt8, UInt8) = (0x11, 0x22)
    ) {
        network = SimulatedNetwork(seed: seed)
        a = SimulatedStation(network, at: host(1), secret: [UInt8](repeating: secrets.0, count: 32))
        b = SimulatedStation(network, at: host(2), secret: [UInt8](repeating: secrets.1, count: 32))
        a.limits = limits
        b.limits = limits
        a.peers = [
            .init(publicKey: b.publicKey, psk: Self.psk, suite: suite, endpoints: [host(2)])
        ]
        b.peers = [
            .init(publicKey: a.publicKey, psk: Self.psk, suite: suite, endpoints: [host(1)])
        ]
    }

    /// Whether both talk on one and the same session, and nothing else is under way.
    var isConverged: Bool {
        guard a.isUp(), b.isUp() else { return false }
        let (left, right) = (a.media[0], b.media[0])
        guard left.nextIndex == nil, right.nextIndex == nil,
            let toB = a.remoteIndex(), let toA = b.remoteIndex()
        else { return false }
        return toB == right.currentIndex && toA == left.currentIndex
    }

    /// Any weather, and stations that take their time.
    func setAnyWeather() {
        network.weather.lost = network.random(400)
        network.weather.repeated = network.random(300)
        network.weather.delayMs = 0...network.random(400)
        a.lag = .milliseconds(network.random(20))
        b.lag = .milliseconds(network.random(20))
    }

    func start() {
        a.start()
        b.start()
    }

    /// Starts both, which come to one session.
    func meet(
        within seconds: Int = 2, _ name: String = "", at place: SourceLocation = #_sourceLocation
    ) {
        start()
        let met = network.run(for: .seconds(seconds)) { isConverged }
        #expect(met, "\(name)", sourceLocation: place)
    }
}

/// A station's place in the simulated network.
func host(_ number: UInt64) -> Endpoint {
    Endpoint(high: 0, low: 0xFFFF_C000_0200 | number, port: 5577)
}
