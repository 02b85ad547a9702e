public import Time
public import Wire

/// The ways to one peer through other peers, which pass datagrams on (protocol.md §1.11).
///
/// A way is the last choice: it is called after the peer's addresses, and while it is in use, those
/// are tried again and again.
struct PeerWays {
    /// The most ways to one peer.
    static let most = 4
    /// How often the addresses are tried soon after a way has come into use; later more seldom, but
    /// often enough for the routers between to remember both stations.
    static let soonMost = 5
    static let soon = Duration.seconds(2)
    static let later = SessionLimits.outsideSilence

    /// The least time between two M1 that notices of one peer that passes on bring about.
    static let callSpacing = Duration.seconds(30)

    private struct Known {
        let way: Endpoint.Way
        let notice: ForwardNotice
        var calledAt: Instant?
    }

    enum News {
        /// There has been a later notice, or there is no room.
        case none
        case known
        /// The way leads to the peer from now on.
        case opened
    }

    private var all: [Known] = []
    /// The peer whose end has left this one without a path; nil once there is another path, or that
    /// peer is up again or removed.
    var lost: Int?
    /// The address in whose place a way has come: a peer behind a router has perhaps no other.
    var former: Endpoint?
    /// The beginning of a message that came in two packets.
    private var begun: (way: Endpoint.Way, number: UInt8, bytes: [UInt8])?
    /// When the addresses are tried next; nil while packets go to one that is known.
    private(set) var nextTry: Instant?
    private var tries = 0

    /// The ways that lead to the peer now.
    var open: [Endpoint] { all.filter { $0.notice.isUp }.map { Endpoint($0.way) } }

    func contains(_ way: Endpoint.Way) -> Bool { all.contains { $0.way == way } }

    /// Takes a notice of the peer that passes on.
    mutating func take(_ notice: ForwardNotice, by forwarder: Int, at now: Instant) -> News {
        var known = Known(
            way: Endpoint.Way(forwarder: forwarder, place: notice.place), notice: notice)
        let place = all.firstIndex { $0.way.forwarder == forwarder }
        if let place {
            let former = all[place]
            guard Int32(bitPattern: notice.mid &- former.notice.mid) > 0 else { return .none }
            known.calledAt = former.calledAt
            all[place] = known
            guard notice.isUp, !former.notice.isUp,
                former.calledAt.map({ now >= $0 + Self.callSpacing }) ?? true
            else { return .known }
        } else {
            // One that leads nowhere makes room.
            if all.count == Self.most, let shut = all.firstIndex(where: { !$0.notice.isUp }) {
                all.remove(at: shut)
            }
            guard all.count < Self.most else { return .none }
            all.append(known)
            guard notice.isUp else { return .known }
        }
        all[place ?? all.count - 1].calledAt = now
        return .opened
    }

    mutating func forget(by forwarder: Int) { all.removeAll { $0.way.forwarder == forwarder } }

    /// Takes the first packet of a message that comes in two.
    mutating func begin(_ packet: Span<UInt8>, along way: Endpoint.Way) {
        let content = packet.extracting(droppingFirst: ForwardedPacket.headerSize)
        begun = (way, packet[1], content.indices.map { content[$0] })
    }

    /// Takes the second packet; returns the whole message, nil where its beginning is missing.
    mutating func end(_ packet: Span<UInt8>, along way: Endpoint.Way) -> [UInt8]? {
        guard let first = begun, first.way == way, first.number == packet[1] else { return nil }
        begun = nil
        let content = packet.extracting(droppingFirst: ForwardedPacket.headerSize)
        return first.bytes + content.indices.map { content[$0] }
    }

    /// Whether to try the addresses now; if so, the next try comes later.
    mutating func takeTry(at now: Instant) -> Bool {
        guard now >= nextTry ?? now else { return false }
        tries += 1
        nextTry = now + (tries < Self.soonMost ? Self.soon : Self.later)
        return true
    }

    /// Tries the addresses soon: there are others.
    mutating func trySoon(at now: Instant) {
        guard nextTry != nil else { return }
        (nextTry, tries) = (now, 0)
    }

    /// Packets go to an address.
    mutating func rest() { (nextTry, tries) = (nil, 0) }
}

extension Association {
    /// The peer that passes packets on; nil while they go to an address, or nowhere.
    var forwarder: Int? { endpoint.map { $0.way?.forwarder } ?? ways.lost }

    /// The addresses at which the peer may be reached without another station.
    var addresses: [Endpoint] {
        var found = endpoints
        found += sightings.addresses.filter { !found.contains($0) }
        found += told.filter { !found.contains($0) }
        return found
    }

    /// Has packets go to an address, or another way.
    func move(to place: Endpoint) {
        if place.way != nil, let endpoint, endpoint.way == nil { ways.former = endpoint }
        endpoint = place
    }
}

// Ways through peers that pass datagrams on.
extension PeerTable {
    /// Takes a peer's notice that it passes datagrams on to another one.
    ///
    /// A peer that is down is then called that way, too.
    public mutating func told(_ notice: ForwardNotice, by forwarder: Int, at now: Instant) {
        guard PacketFlags.streams.contains(notice.place),
            let sender = associations[forwarder], sender.upSince != nil,
            sender.endpoint?.way == nil,
            let association = associations.first(where: {
                $0?.memberName == notice.name && $0?.goodbye == nil
            }) ?? nil, association !== sender
        else { return }
        let news = association.ways.take(notice, by: forwarder, at: now)
        guard news != .none else { return }
        if let way = association.endpoint?.way, way.forwarder == forwarder {
            if !notice.isUp {
                leave(association, at: now)
            } else if way.place != notice.place, let peer = peer(of: association.publicKey) {
                // The forwarder's settings have changed: only the place of the way is another.
                let now = Endpoint(Endpoint.Way(forwarder: forwarder, place: notice.place))
                association.endpoint = now
                actions.push(.endpoint(peer: peer, now))
            }
        } else if news == .opened, association.mayInitiate,
            association.upSince == nil || association.isInDoubt
        {
            // In the turn of the series: a liar does not take those of the addresses.
            association.retry.restart()
            let soonest = association.lastInitiation.map { $0 + SessionLimits.wantedSpacing }
            association.initiateAt = max(now, soonest ?? now)
        }
        markDue(association, at: now)
    }

    /// Forgets the ways through a peer that is down.
    mutating func forgetWays(by forwarder: Int, at now: Instant) {
        for case let association? in associations {
            association.ways.forget(by: forwarder)
            guard association.endpoint?.way?.forwarder == forwarder else { continue }
            association.ways.lost = forwarder
            leave(association, at: now)
            markDue(association, at: now)
        }
    }

    /// Blames no missing path on a peer any more: it is up again, or removed.
    func clear(_ forwarder: Int) {
        for case let association? in associations where association.ways.lost == forwarder {
            association.ways.lost = nil
        }
    }

    /// Looks for another path to a peer: that in use leads nowhere.
    private func leave(_ association: Association, at now: Instant) {
        association.endpoint = nil
        // A peer that has said goodbye is not called.
        guard association.upSince != nil else { return }
        association.isInDoubt = true
        restart(association, at: now)
    }

    /// Tries the addresses of a peer while packets go another way; one that answers takes over.
    mutating func seekAddress(_ peer: Int, _ association: Association, at now: Instant) {
        // An address that took over from a way may be one of the station that passes on.
        let isTried = association.ways.nextTry != nil
        let isSought =
            association.endpoint.map {
                $0.way != nil || isTried && !association.addresses.contains($0)
            } ?? false
        // One on trial may be left again: then the tries go on, as seldom as they were.
        let isOnTrial = isTried && association.paths.deadline != nil
        guard isSought || isOnTrial, let current = association.records.current,
            current.bootID != nil
        else { return association.ways.rest() }
        if !isTried {
            // Nothing is sent along a way that leads along another one.
            forgetWays(by: peer, at: now)
            clear(peer)
        }
        guard association.ways.takeTry(at: now), isSought else { return }
        for address in association.addresses + (association.ways.former.map { [$0] } ?? []) {
            let token = association.paths.seen(
                address, inUse: association.endpoint, at: now, random: random)
            guard let token else { continue }
            send(.pathChallenge(token), to: peer, on: current.index, at: address)
        }
    }

    /// Takes the content of a packet with a handshake message, or a part of one, that a peer has
    /// passed on.
    ///
    /// - Returns: Why it was dropped; nil where it was not.
    public mutating func receive(
        passedOn packet: Span<UInt8>, along way: Endpoint.Way, at now: Instant
    ) -> Drop? {
        let known = associations.first { $0?.ways.contains(way) ?? false } ?? nil
        guard let known, let part = ForwardedPacket.part(of: packet) else { return .way }
        switch part {
        case .whole:
            let content = packet.extracting(droppingFirst: ForwardedPacket.headerSize)
            return receive(padded: content, from: Endpoint(way), at: now)
        case .first:
            known.ways.begin(packet, along: way)
            return nil
        case .rest:
            guard let message = known.ways.end(packet, along: way) else { return .length }
            return receive(padded: message.span, from: Endpoint(way), at: now)
        }
    }

    private mutating func receive(
        padded message: Span<UInt8>, from source: Endpoint, at now: Instant
    ) -> Drop? {
        guard let kind = HandshakeHeader.Kind(rawValue: message[0]),
            message.count >= kind.messageSize
        else { return .length }
        return receive(message.extracting(first: kind.messageSize), from: source, at: now)
    }
}
