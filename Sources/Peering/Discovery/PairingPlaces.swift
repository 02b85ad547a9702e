public import Time
public import Wire

/// Where pairing windows are open on the LAN, as far as beacons tell (protocol.md §1.9).
///
/// Nothing here is proved: the code that people carry decides.
public struct PairingPlaces: Sendable {
    public struct Place: Equatable, Sendable {
        /// The address from which it was announced, with the TCP port of the window.
        public let address: Endpoint
        public let link: Link
        /// The random name that the station has for this window, the same on all links.
        let name: DNSName
        fileprivate let until: Instant
    }

    static let most = 16
    private static let lifetime = Duration.seconds(Int(ServiceInstance.timeToLive))

    private var places: [Place] = []

    public init() {}

    /// Those known now, in the order in which they were found.
    public func list(at now: Instant) -> [Place] { places.filter { now < $0.until } }

    /// The stations among them, each with its addresses; those that routers know come first.
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
