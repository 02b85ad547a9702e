public import Crypto
public import Time
public import Wire

/// Finds peers on the LAN, and lets them find this station (protocol.md §1.9).
///
/// It speaks as much of DNS-SD over multicast DNS as its services need. Sans-I/O, for the control
/// thread: report an event and the time, then fetch actions until there are none. A found address
/// is a hint that anyone on the LAN may have forged; the handshake decides.
public struct Discovery {
    /// An order to the caller.
    public enum Action: Equatable, Sendable {
        /// Send a message to the group of the link.
        case send([UInt8], on: Link)
        /// A peer seems to be at this address; `mark` differs between two beacons of a peer.
        case sighted(peer: Int, at: Endpoint, mark: UInt64)
    }

    /// Counts since the start.
    public struct Counts: Equatable, Sendable {
        public var beacons = 0
        public var questions = 0
        public var received = 0
        public var sightings = 0
        public var drops: [DiscoveryDrop: Int] = [:]
    }

    /// The UDP port of multicast DNS (RFC 6762 §3).
    public static let port: UInt16 = 5353
    /// The hop limit of packets that have passed no router (RFC 6762 §11).
    static let hopLimit = 255
    /// How long a beacon is used, in seconds, unless addresses or peers change.
    static let lifetime = 480...900

    private let own: PublicKey
    private let handshakePort: UInt16
    /// Whether this station and its peers may find each other; if not, only pairing windows are
    /// announced and found.
    private let isOn: Bool
    private let lots: Lots
    private var peers: [(number: Int, publicKey: PublicKey, key: TagKey)] = []
    private var links: [LinkAddresses] = []
    private var stations = ServiceLinks(ServiceInstance.stations)
    private var pairings = ServiceLinks(ServiceInstance.pairings)
    private var renewAt: Instant?
    /// Limits the datagrams that are read.
    private var budget = TokenBucket(rate: 100, burst: 100)
    private var actions: [Action] = []
    private var isClosed = false
    public private(set) var pairingPlaces = PairingPlaces()
    public private(set) var counts = Counts()

    /// - Parameters:
    ///   - own: The public key of this station.
    ///   - port: The UDP port for handshakes.
    ///   - isOn: Whether this station and its peers may find each other.
    ///   - random: Fills with unpredictable bytes; `Random.fill` outside tests.
    public init(
        own: PublicKey, port: UInt16, isOn: Bool = true,
        random: @escaping (inout MutableSpan<UInt8>) -> Void
    ) {
        self.own = own
        self.isOn = isOn
        handshakePort = port
        lots = Lots(random: random)
    }

    // MARK: What the caller reports

    /// Sets the peers that may find this station, and replaces the beacon.
    public mutating func setPeers(
        _ peers: [(number: Int, publicKey: PublicKey, key: TagKey)], at now: Instant
    ) {
        self.peers = peers
        if !links.isEmpty { renew(silently: false, at: now) }
    }

    /// Sets the present links.
    ///
    /// After a change of addresses the station may be in another network. It uses a new beacon,
    /// without a farewell for the old one: a listener in both networks must not see that both
    /// beacons are one station's.
    public mutating func setLinks(_ links: [LinkAddresses], at now: Instant) {
        guard links != self.links else { return }
        self.links = links
        stations.setLinks(links, lots, at: now)
        let window = pairings.own
        pairings.setLinks(links, lots, at: now)
        if let window { announcePairing(port: window.port, silently: true, at: now) }
        renew(silently: true, at: now)
    }

    /// Starts the questions for peers when a peer is down, and stops them when none is.
    public mutating func setSought(_ isSought: Bool, at now: Instant) {
        guard isOn, isSought != stations.isSought, !isClosed else { return }
        if isSought { stations.seek(lots, at: now) } else { stations.stopSeeking() }
    }

    /// Asks at once for a peer that a person wants and that has no session.
    public mutating func seek(at now: Instant) {
        if stations.isSought { stations.seek(lots, at: now) }
    }

    /// Takes a datagram that came to the group of a link.
    public mutating func receive(
        _ datagram: Span<UInt8>, from source: Endpoint, hopLimit: Int, on link: Link,
        at now: Instant
    ) {
        counts.received += 1
        if let drop = take(datagram, source, hopLimit, link, at: now) {
            counts.drops[drop, default: 0] += 1
        }
    }

    /// Retries a beacon that the kernel did not send.
    public mutating func notSent(on link: Link, at now: Instant) {
        stations.notSent(on: link, at: now)
        pairings.notSent(on: link, at: now)
    }

    /// Withdraws all announcements: the station ends.
    public mutating func close(at now: Instant) {
        isClosed = true
        send(stations.withdraw())
        send(pairings.withdraw())
        stations.stopSeeking()
        pairings.stopSeeking()
        renewAt = nil
    }

    // MARK: Pairing windows

    /// Announces a pairing window at this TCP port.
    public mutating func offerPairing(port: UInt16, at now: Instant) {
        guard !isClosed else { return }
        announcePairing(port: port, silently: false, at: now)
    }

    public mutating func withdrawPairing() { send(pairings.withdraw()) }

    /// Asks for open pairing windows until `stopSeekingPairings`; `pairingPlaces` collects them.
    public mutating func seekPairings(at now: Instant) {
        guard !isClosed else { return }
        pairingPlaces.forget()
        pairings.seek(lots, at: now)
    }

    /// The addresses of each station with a pairing window, in random order: no announcer can
    /// choose to come first.
    public func foundPairings(at now: Instant) -> [[Endpoint]] {
        var stations = pairingPlaces.stations(at: now)
        for place in stations.indices.dropLast() {
            stations.swapAt(place, place + lots.below(stations.count - place))
        }
        return stations
    }

    public mutating func stopSeekingPairings() { pairings.stopSeeking() }

    // MARK: What the caller fetches

    public mutating func tick(at now: Instant) {
        if let renewAt, now >= renewAt { renew(silently: false, at: now) }
        while let message = stations.next(at: now) { send([message]) }
        while let message = pairings.next(at: now) { send([message]) }
    }

    /// When to call `tick` next; nil means never.
    public var deadline: Instant? {
        [renewAt, stations.deadline, pairings.deadline].compactMap { $0 }.min()
    }

    /// The next action; nil when there are no more.
    public mutating func nextAction() -> Action? {
        actions.isEmpty ? nil : actions.removeFirst()
    }

    // MARK: Private

    private mutating func announcePairing(port: UInt16, silently: Bool, at now: Instant) {
        let instance = ServiceInstance(
            of: ServiceInstance.pairings, port: port, text: [0], lots)
        send(pairings.announce(instance, silently: silently, lots, at: now))
    }

    private mutating func renew(silently: Bool, at now: Instant) {
        guard isOn, !isClosed else { return }
        let beacon = Beacon(of: own, to: peers.map { $0.key }, lots)
        let instance = ServiceInstance(
            of: ServiceInstance.stations, port: handshakePort, text: beacon.text, lots)
        send(stations.announce(instance, silently: silently, lots, at: now))
        renewAt = now + .seconds(Self.lifetime.lowerBound + lots.below(Self.lifetime.count))
    }

    private mutating func send(_ messages: [ServiceLinks.Message]) {
        for message in messages {
            if message.isQuestion { counts.questions += 1 } else { counts.beacons += 1 }
            actions.append(.send(message.bytes, on: message.link))
        }
    }

    /// - Returns: Why the datagram is ignored; nil if it is used.
    private mutating func take(
        _ datagram: Span<UInt8>, _ source: Endpoint, _ hopLimit: Int, _ link: Link,
        at now: Instant
    ) -> DiscoveryDrop? {
        guard !isClosed, let place = links.first(where: { $0.link == link }),
            hopLimit == Self.hopLimit, place.isOnLink(source)
        else { return .offLink }
        // A program at another port wants an answer there (RFC 6762 §6.7). None is sent: anyone
        // could forge the source and direct the answer at a third party.
        guard source.port == Self.port else { return .port }
        guard budget.take(at: now) else { return .flood }
        guard let message = DNSMessage(parsing: datagram) else { return .malformed }
        guard message.isResponse else {
            stations.heard(message, from: source, on: link, lots, at: now)
            pairings.heard(message, from: source, on: link, lots, at: now)
            return nil
        }
        if let found = HeardInstance(of: ServiceInstance.stations, in: message),
            found.name != stations.own?.name, !found.isFarewell
        {
            sight(found, source.at(port: found.port))
        }
        if pairings.isSought,
            let found = HeardInstance(of: ServiceInstance.pairings, in: message),
            found.name != pairings.own?.name
        {
            pairingPlaces.saw(found, at: source.at(port: found.port), on: link, now: now)
        }
        return nil
    }

    /// Reports each peer whose beacon this is.
    private mutating func sight(_ instance: HeardInstance, _ address: Endpoint) {
        guard let beacon = Beacon(text: instance.text) else { return }
        for peer in peers where beacon.isOf(peer.publicKey, by: peer.key) {
            counts.sightings += 1
            actions.append(
                .sighted(peer: peer.number, at: address, mark: beacon.mark))
        }
    }
}

extension Endpoint {
    fileprivate func at(port: UInt16) -> Endpoint {
        Endpoint(high: high, low: low, port: port, scope: scope)
    }
}

/// The open pairing windows on the LAN, as announced (protocol.md §1.9).
///
/// Nothing here is proved; the pairing code decides.
public struct PairingPlaces: Sendable {
    public struct Place: Equatable, Sendable {
        /// The source of the announcement, with the TCP port of the window.
        public let address: Endpoint
        public let link: Link
        /// The station's random name for this window, the same on all links.
        let name: DNSName
        fileprivate let until: Instant
    }

    static let most = 16
    private static let lifetime = Duration.seconds(Int(ServiceInstance.timeToLive))

    private var places: [Place] = []

    /// The places known now, in the order in which they were found.
    public func list(at now: Instant) -> [Place] { places.filter { now < $0.until } }

    /// The addresses of each station; link-local ones come last.
    func stations(at now: Instant) -> [[Endpoint]] {
        var names: [DNSName] = []
        for place in list(at: now) where !names.contains(place.name) { names.append(place.name) }
        return names.map { name in
            let addresses = list(at: now).filter { $0.name == name }.map { $0.address }
            return addresses.filter { $0.scope == 0 } + addresses.filter { $0.scope != 0 }
        }
    }

    mutating func saw(
        _ instance: HeardInstance, at address: Endpoint, on link: Link, now: Instant
    ) {
        places.removeAll { now >= $0.until || $0.address == address && $0.link == link }
        guard !instance.isFarewell, places.count < Self.most else { return }
        places.append(
            Place(address: address, link: link, name: instance.name, until: now + Self.lifetime))
    }

    mutating func forget() { places = [] }
}

/// Why a datagram of the LAN was ignored; the caller counts them.
///
/// Its raw value is the word for programs.
public enum DiscoveryDrop: String, CaseIterable, Sendable {
    /// The datagram is from outside the link: its hop limit is not 255, or its source belongs to
    /// another network.
    case offLink = "off_link"
    /// The source port is not that of multicast DNS.
    case port
    /// The message is not readable.
    case malformed
    /// Too many datagrams came.
    case flood
}

/// Draws lots from unpredictable bytes.
struct Lots {
    let random: (inout MutableSpan<UInt8>) -> Void

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        random(&span)
        return bytes
    }

    func number() -> UInt64 { bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// A random number from 0 to below the bound.
    ///
    /// The bounds are so small that the remainder favours no number noticeably.
    func below(_ bound: Int) -> Int { Int(number() % UInt64(bound)) }

    func time(in range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + below(range.count))
    }

    /// Eight characters of base32 (RFC 4648 §6): 40 random bits.
    func label() -> [UInt8] { bytes(8).map { Self.alphabet[Int($0 & 31)] } }
}
