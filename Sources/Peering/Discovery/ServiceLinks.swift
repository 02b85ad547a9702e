internal import Time
public import Wire

/// One service on all links: the announced instance, and the questions for other instances.
struct ServiceLinks {
    let kind: DNSName
    /// The announced instance, if any.
    private(set) var own: ServiceInstance?
    private var links: [LinkAddresses] = []
    /// The times of the links, in the order of `links`.
    private var times: [LinkTimes] = []
    private(set) var isSought = false

    init(_ kind: DNSName) { self.kind = kind }

    /// A message to be sent on a link.
    struct Message {
        let bytes: [UInt8]
        let link: Link
        let isQuestion: Bool
    }

    /// Sets the present links; beacons and questions begin anew on all of them.
    mutating func setLinks(_ links: [LinkAddresses], _ lots: Lots, at now: Instant) {
        let former = (self.links, times)
        self.links = links
        times = links.map { one in
            former.0.firstIndex { $0.link == one.link }.map { former.1[$0] } ?? LinkTimes()
        }
        if own != nil { announceAnew(lots, at: now) }
        if isSought { seek(lots, at: now) }
    }

    /// Announces an instance in place of the former one.
    ///
    /// - Returns: The farewells of the former instance; none with `silently`.
    mutating func announce(
        _ instance: ServiceInstance, silently: Bool, _ lots: Lots, at now: Instant
    ) -> [Message] {
        let farewells = silently ? [] : farewells
        own = instance
        announceAnew(lots, at: now)
        return farewells
    }

    /// - Returns: The farewells.
    mutating func withdraw() -> [Message] {
        let farewells = farewells
        own = nil
        for place in times.indices { times[place].withdraw() }
        return farewells
    }

    mutating func seek(_ lots: Lots, at now: Instant) {
        isSought = true
        for place in times.indices {
            times[place].ask(after: lots.time(in: LinkTimes.politeness), at: now)
        }
    }

    mutating func stopSeeking() {
        isSought = false
        for place in times.indices { times[place].stopAsking() }
    }

    /// Schedules the answer to a query.
    ///
    /// A query from this machine may be the station's own.
    mutating func heard(
        _ query: DNSMessage, from source: Endpoint, on link: Link, _ lots: Lots, at now: Instant
    ) {
        guard let own, let place = links.firstIndex(where: { $0.link == link }),
            !links[place].isOwn(source) || !times[place].hasJustAsked(at: now)
        else { return }
        guard query.questions.contains(where: { own.answers($0) }), !own.isKnown(to: query)
        else { return }
        let range = query.isTruncated ? LinkTimes.patience : LinkTimes.politeness
        times[place].answer(after: lots.time(in: range), at: now)
    }

    /// The next message that is due; nil when none is.
    mutating func next(at now: Instant) -> Message? {
        for place in times.indices {
            switch times[place].step(at: now) {
            case .none: continue
            case .announce:
                guard let own else { continue }
                let bytes = own.message(links[place].endpoints)
                return Message(bytes: bytes, link: links[place].link, isQuestion: false)
            case .ask:
                return Message(
                    bytes: ServiceInstance.question(for: kind), link: links[place].link,
                    isQuestion: true)
            }
        }
        return nil
    }

    /// Retries a beacon that the kernel did not send, unless it was withdrawn meanwhile.
    mutating func notSent(on link: Link, at now: Instant) {
        guard own != nil, let place = links.firstIndex(where: { $0.link == link }) else { return }
        times[place].notSent(at: now)
    }

    var deadline: Instant? { times.compactMap { $0.deadline }.min() }

    private mutating func announceAnew(_ lots: Lots, at now: Instant) {
        for place in times.indices {
            times[place].announce(
                after: lots.time(in: LinkTimes.firstBeacon), at: now)
        }
    }

    private var farewells: [Message] {
        guard let own else { return [] }
        return links.map { one in
            Message(
                bytes: own.message(one.endpoints, timeToLive: ServiceInstance.farewell),
                link: one.link, isQuestion: false)
        }
    }
}

extension LinkAddresses {
    fileprivate var endpoints: [Endpoint] { addresses.map { $0.endpoint } }
}

/// One family of addresses on one network interface: what a multicast socket reaches.
public struct Link: Hashable, Sendable {
    /// The kernel's number of the interface.
    public let interface: UInt32
    public let isIPv6: Bool

    public init(interface: UInt32, isIPv6: Bool) {
        self.interface = interface
        self.isIPv6 = isIPv6
    }
}

/// An address of this station, and how many of its bits all neighbours share.
public struct OwnAddress: Hashable, Sendable {
    public let endpoint: Endpoint
    /// The network's share of the 128 bits: 120 for an IPv4 network of 24 bits.
    public let prefix: Int

    public init(_ endpoint: Endpoint, prefix: Int) {
        precondition((0...128).contains(prefix))
        self.endpoint = endpoint
        self.prefix = prefix
    }

    /// Whether another address belongs to the same network.
    func isNeighbour(of other: Endpoint) -> Bool {
        let high = mask(prefix)
        let low = mask(prefix - 64)
        return endpoint.isIPv4 == other.isIPv4 && (endpoint.high ^ other.high) & high == 0
            && (endpoint.low ^ other.low) & low == 0
    }

    /// The highest bits of a word.
    private func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? ~0 : ~(~0 >> UInt64(bits))
    }
}

/// A link, and this station's addresses of both families on its interface.
public struct LinkAddresses: Hashable, Sendable {
    public let link: Link
    public let addresses: [OwnAddress]

    public init(_ link: Link, _ addresses: [OwnAddress]) {
        self.link = link
        self.addresses = addresses
    }

    /// Whether a source address is this machine's.
    func isOwn(_ source: Endpoint) -> Bool {
        addresses.contains { $0.endpoint.high == source.high && $0.endpoint.low == source.low }
    }

    /// Whether a source address belongs to this link, so that no router was between.
    func isOnLink(_ source: Endpoint) -> Bool {
        guard source.isIPv4 != link.isIPv6 else { return false }
        return source.isLinkLocal || addresses.contains { $0.isNeighbour(of: source) }
    }
}

extension Endpoint {
    /// fe80::/10 (RFC 4291 §2.5.6).
    fileprivate var isLinkLocal: Bool { high >> 54 == 0xFE80 >> 6 }
}

/// The times of one service's beacons, answers and questions on a link (RFC 6762 §5.2, §6, §8.3).
struct LinkTimes {
    /// A beacon is repeated once, a second later.
    static let beacons = 2
    static let beaconSpacing = Duration.seconds(1)
    /// The wait before the first beacon, in ms: stations behind a restarted switch must not all
    /// speak at once.
    static let firstBeacon = 0...250
    /// The wait before an answer or a first question, in ms.
    static let politeness = 20...120
    /// The wait before the answer to a truncated query, in ms (RFC 6762 §7.2).
    static let patience = 400...500
    /// A service is sent at most once a second, even if several programs ask.
    static let spacing = Duration.seconds(1)
    /// Each wait between questions is three times the one before, up to an hour.
    static let firstWait = Duration.seconds(1)
    static let waitMax = Duration.seconds(3600)
    /// Retries of a beacon that the kernel did not send: a new address may take seconds to become
    /// usable (RFC 4862 §5.4).
    static let retries = 10

    private var beaconsLeft = 0
    private var retriesLeft = 0
    private var announceAt: Instant?
    private var answerAt: Instant?
    private var lastSent: Instant?

    private var askAt: Instant?
    private var wait = firstWait
    private var lastAsked: Instant?

    /// How long a question from this machine may be the echo of the station's own.
    private static let echo = Duration.milliseconds(500)

    /// An action that is due.
    enum Step { case none, announce, ask }

    mutating func announce(after delay: Duration, at now: Instant) {
        beaconsLeft = Self.beacons
        retriesLeft = Self.retries
        announceAt = free(now + delay)
        answerAt = nil
    }

    mutating func withdraw() { (announceAt, answerAt) = (nil, nil) }

    /// Schedules an answer, unless a beacon that is due within a second serves as one.
    mutating func answer(after delay: Duration, at now: Instant) {
        if let announceAt, announceAt <= now + Self.spacing { return }
        answerAt = answerAt ?? free(now + delay)
    }

    /// Begins a series of questions.
    mutating func ask(after delay: Duration, at now: Instant) {
        wait = Self.firstWait
        let soonest = lastAsked.map { $0 + Self.firstWait } ?? now
        askAt = max(now + delay, soonest)
    }

    func hasJustAsked(at now: Instant) -> Bool { lastAsked.map { now < $0 + Self.echo } ?? false }

    mutating func stopAsking() { askAt = nil }

    /// Returns the due step, once, and counts it as sent.
    mutating func step(at now: Instant) -> Step {
        if let due = [announceAt, answerAt].compactMap({ $0 }).min(), now >= due {
            if let at = announceAt, now >= at {
                beaconsLeft -= 1
                announceAt = beaconsLeft > 0 ? now + Self.beaconSpacing : nil
            }
            answerAt = nil
            lastSent = now
            return .announce
        }
        if let due = askAt, now >= due {
            lastAsked = now
            askAt = now + wait
            wait = min(wait * 3, Self.waitMax)
            return .ask
        }
        return .none
    }

    /// Schedules a retry of the last announcement, which the kernel did not send.
    mutating func notSent(at now: Instant) {
        guard retriesLeft > 0 else { return }
        retriesLeft -= 1
        beaconsLeft += 1
        announceAt = now + Self.beaconSpacing
    }

    var deadline: Instant? { [announceAt, answerAt, askAt].compactMap { $0 }.min() }

    private func free(_ moment: Instant) -> Instant {
        lastSent.map { max(moment, $0 + Self.spacing) } ?? moment
    }
}
