internal import Time
internal import Wire

/// One service on all links: what this station announces of it, and whether it asks for others.
struct ServiceLinks {
    let kind: DNSName
    /// What is announced; nil while nothing is.
    private(set) var own: ServiceInstance?
    private var links: [LinkAddresses] = []
    /// By the place of the link.
    private var times: [LinkTimes] = []
    private(set) var isSought = false

    init(_ kind: DNSName) { self.kind = kind }

    /// What is to be sent, and on which link.
    struct Message {
        let bytes: [UInt8]
        let link: Link
        let isQuestion: Bool
    }

    /// Takes over the links there are; beacons and questions begin anew on all of them.
    mutating func setLinks(_ links: [LinkAddresses], _ lots: Lots, at now: Instant) {
        let former = (self.links, times)
        self.links = links
        times = links.map { one in
            former.0.firstIndex { $0.link == one.link }.map { former.1[$0] } ?? LinkTimes()
        }
        if own != nil { announceAnew(lots, at: now) }
        if isSought { seek(lots, at: now) }
    }

    /// Announces an instance in place of the one before.
    ///
    /// - Returns: The farewells to that one; none with `silently`.
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

    /// A program asks on a link.
    ///
    /// On this machine it may be the station itself.
    mutating func heard(
        _ query: DNSMessage, from source: Endpoint, on link: Link, _ lots: Lots, at now: Instant
    ) {
        guard let own, let place = links.firstIndex(where: { $0.link == link }),
            !links[place].isOwn(source) || !times[place].hasJustAsked(at: now)
        else { return }
        let asked = query.questions.filter { own.answers($0) }
        guard !asked.isEmpty, !own.isKnown(to: query) else { return }
        let range = query.isTruncated ? LinkTimes.patience : LinkTimes.politeness
        times[place].answer(
            after: lots.time(in: range),
            catalogued: asked.contains { $0.name == ServiceInstance.catalogue }, at: now)
    }

    /// The next message that is due; nil when none is.
    mutating func next(at now: Instant) -> Message? {
        for place in times.indices {
            switch times[place].step(at: now) {
            case .none: continue
            case .announce:
                guard let own else { continue }
                let bytes = own.message(
                    links[place].endpoints, catalogued: times[place].takeCatalogued())
                return Message(bytes: bytes, link: links[place].link, isQuestion: false)
            case .ask:
                return Message(
                    bytes: ServiceInstance.question(for: kind), link: links[place].link,
                    isQuestion: true)
            }
        }
        return nil
    }

    /// The kernel did not take a beacon; it is tried again unless it was withdrawn meanwhile.
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
