import Crypto
import Discovery
import Testing
import Time
import Wire

@testable import Pairing

/// A station on a `MeetingLAN`, as far as meetings need it.
final class MeetingBox {
    enum Outcome: Equatable, CustomStringConvertible {
        case noStationFound, crowded, blind, failed
        /// With the key of this station, and this secret.
        case paired(PublicKey, psk: String)

        var description: String {
            switch self {
            case .noStationFound: "no station found"
            case .crowded: "crowded"
            case .blind: "blind"
            case .failed: "failed"
            case .paired(let key, psk: let psk): "paired with \(key.text), \(psk)"
            }
        }
    }

    let name: String
    let number: UInt64
    /// The promise of the last hold.
    private(set) var card: PairingCard
    /// How long it looks before it pairs.
    let looking: Duration
    var discovery: Discovery
    var desk = PairingDesk(suites: OfferedSuites(withAES: true), rounds: 1)
    var core: ButtonMeeting?
    var isListening = false
    /// It listens without an announcement, and wants whoever comes.
    var isThief = false
    /// Of each hold of its button, the last one last.
    var outcomes: [Outcome] = []

    init(_ name: String, number: UInt64, looking: Duration = ButtonMeeting.looking) throws {
        self.name = name
        self.number = number
        self.looking = looking
        card = try #require(Self.promise(X25519.publicKey(of: .random()), name))
        discovery = Discovery(
            own: card.publicKey, port: 5577, isOn: false, random: { Random.fill(&$0) })
    }

    private static func promise(_ key: PublicKey, _ name: String) -> PairingCard? {
        var capabilities = Capabilities(bootID: .random(in: .min ... .max))
        capabilities.flags = 5577
        return PairingCard(publicKey: key, capabilities: capabilities, name: name)
    }

    var id: MeetingID { MeetingID(of: card) }
    /// 192.0.2.`number`, from the port of multicast DNS.
    var address: Endpoint { Endpoint(high: 0, low: 0xFFFF_C000_0200 + number, port: 5353) }
    var place: Endpoint { Endpoint(high: 0, low: address.low, port: 5577) }

    func join(at now: Instant) {
        let own = OwnAddress(Endpoint(high: 0, low: address.low, port: 0), prefix: 120)
        discovery.setLinks([LinkAddresses(MeetingLAN.link, [own])], at: now)
    }

    /// Its button was held for five seconds.
    func hold(at now: Instant) {
        if let fresh = Self.promise(card.publicKey, name) { card = fresh }
        core = ButtonMeeting(as: id, looking: looking, at: now)
        announce(isReady: false, at: now)
    }

    func announce(isReady: Bool, at now: Instant) {
        discovery.meet(MeetingBeacon(id: id.bytes, isReady: isReady), port: 5577, at: now)
    }

    func look(at now: Instant) -> ButtonMeeting.Step? {
        let places = discovery.meetingPlaces
        let others = places.list.map {
            ButtonMeeting.Other(
                id: MeetingID(bytes: $0.id)!, endpoints: $0.addresses, isReady: $0.isReady,
                isGone: $0.isGone)
        }
        return core?.look(others, isBlind: places.isBlind, at: now)
    }

    func listen(at now: Instant) {
        let end = desk.show(.meeting(), as: card, isAtScreen: false, at: now)
        isListening = end != nil
        announce(isReady: true, at: now)
    }

    /// It is over for the person; with a third station it is announced still.
    func end(_ outcome: Outcome, at now: Instant) {
        outcomes.append(outcome)
        desk.close()
        isListening = false
        if core?.isLeaving != true { leave() }
    }

    func leave() {
        core = nil
        discovery.endMeeting()
    }

    var deadline: Instant? {
        [core?.deadline, discovery.deadline].compactMap { $0 }.min()
    }

    var paired: PublicKey? {
        if case .paired(let key, psk: _) = outcomes.last { key } else { nil }
    }
}
