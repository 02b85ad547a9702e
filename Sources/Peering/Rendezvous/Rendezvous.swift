public import Crypto
public import Time
public import Wire

/// Exchanges addresses with peers through a broker, which can neither read nor forge them
/// (protocol.md §1.10).
///
/// Sans-I/O, for the control thread: report an event and the times, then fetch actions until there
/// are none. `wall` is milliseconds since 1970; topics change daily.
public struct Rendezvous {
    /// An order to the caller.
    public enum Action: Equatable, Sendable {
        case subscribe(topic: String)
        case unsubscribe(topic: String)
        /// Replace the message that the broker keeps for a topic; empty bytes remove it.
        case publish(topic: String, [UInt8])
        /// The peer has reported that it can be called at these addresses.
        case told(peer: Int, [Endpoint])
        /// The peer has reported a call that did not reach this station, in milliseconds since
        /// 1970, to the minute; each of its messages does so again.
        case missedCall(peer: Int, at: Int)
    }

    /// Counts since the start.
    public struct Counts: Equatable, Sendable {
        public var published = 0
        /// Messages of peers that were news.
        public var told = 0
        /// Messages that no peer has sealed for their topic.
        public var forged = 0
        /// Old messages.
        public var stale = 0
    }

    private struct Peer {
        var number: Int
        let publicKey: PublicKey
        var key: RendezvousKey
        /// When the peer wrote its newest message.
        var writtenAt: UInt64 = 0
        var publishedAt: Instant?
        /// When this station last called the peer in vain, in milliseconds since 1970.
        var calledInVainAt: UInt64?
    }

    private static let dayMilliseconds = 86_400_000
    /// How old a message may be, and how far ahead its sender's clock, in milliseconds.
    static let lifetime = 36 * 3_600_000
    /// The difference, in milliseconds, above which one of two clocks must have been wrong.
    static let skew = 600_000
    /// The least time between two messages for a peer that a person's wish causes.
    static let spacing = Duration.seconds(5)

    private let own: PublicKey
    private let random: (inout MutableSpan<UInt8>) -> Void
    /// How many milliseconds after midnight the day begins here: not all stations write at once.
    private let delay: Int
    private var peers: [Peer] = []
    private var addresses: [Endpoint] = []
    private var isConnected = false
    /// The day of the topics in use; nil before the first one.
    private var day: UInt32?
    /// The subscribed topics, each with the place of the peer that writes there.
    private var topics: [(name: String, place: Int)] = []
    private var lastWritten: UInt64 = 0
    private var actions: [Action] = []
    public private(set) var counts = Counts()

    /// - Parameters:
    ///   - own: the public key of this station.
    ///   - random: fills with unpredictable bytes; `Random.fill` outside tests.
    public init(own: PublicKey, random: @escaping (inout MutableSpan<UInt8>) -> Void) {
        self.own = own
        self.random = random
        delay = Lots(random: random).below(3_600_000)
    }

    /// Sets the peers.
    public mutating func setPeers(
        _ peers: [(number: Int, publicKey: PublicKey, key: RendezvousKey)], wall: Int,
        at now: Instant
    ) {
        let former = self.peers
        if isConnected, let day {
            // A removed peer must no longer learn where this station is.
            for peer in former where !peers.contains(where: { $0.publicKey == peer.publicKey }) {
                for day in [day &- 1, day] {
                    let topic = peer.key.topic(day: day, writer: own)
                    actions.append(.publish(topic: topic, []))
                }
            }
        }
        self.peers = peers.map { peer in
            var one =
                former.first { $0.publicKey == peer.publicKey }
                ?? Peer(number: peer.number, publicKey: peer.publicKey, key: peer.key)
            (one.number, one.key, one.publishedAt) = (peer.number, peer.key, nil)
            return one
        }
        begin(wall: wall, at: now)
    }

    /// Sets the addresses at which this station can be called, the best first.
    public mutating func setAddresses(_ addresses: [Endpoint], wall: Int, at now: Instant) {
        guard addresses != self.addresses else { return }
        self.addresses = addresses
        publishAll(wall: wall, at: now)
    }

    /// Subscribes and publishes anew, on a new connection to the broker.
    public mutating func connected(wall: Int, at now: Instant) {
        isConnected = true
        topics = []
        begin(wall: wall, at: now)
    }

    public mutating func disconnected() {
        isConnected = false
        topics = []
        actions.removeAll { action in
            switch action {
            case .told, .missedCall: false
            case .subscribe, .unsubscribe, .publish: true
            }
        }
    }

    /// Publishes at once for a wanted peer that has no session, so that it calls, too.
    public mutating func want(peer number: Int, wall: Int, at now: Instant) {
        guard let place = peers.firstIndex(where: { $0.number == number }),
            peers[place].publishedAt.map({ now >= $0 + Self.spacing }) ?? true
        else { return }
        tick(wall: wall, at: now)
        publish(to: place, wall: wall, at: now)
    }

    /// Leaves a note of a call that did not reach the peer.
    ///
    /// Without a connection to the broker there is none: it may be this station that is cut off.
    public mutating func calledInVain(peer number: Int, wall: Int, at now: Instant) {
        guard isConnected, let place = peers.firstIndex(where: { $0.number == number }) else {
            return
        }
        let time = UInt64(clamping: wall)
        // The note of the same minute is the same note.
        guard peers[place].calledInVainAt.map({ $0 / 60_000 != time / 60_000 }) ?? true else {
            return
        }
        peers[place].calledInVainAt = time
        tick(wall: wall, at: now)
        publish(to: place, wall: wall, at: now)
    }

    /// Takes a message from the broker.
    public mutating func receive(_ payload: Span<UInt8>, at topic: String, wall: Int) {
        guard let place = topics.first(where: { $0.name == topic })?.place,
            let text = peers[place].key.open(payload, at: topic),
            let record = WhereaboutsRecord(parsing: text.span)
        else {
            counts.forged += 1
            return
        }
        let age = wall - Int(clamping: record.writtenAt)
        // A clock that ran ahead, here or at the peer, was corrected.
        let isAhead = peers[place].writtenAt > UInt64(clamping: wall + Self.skew)
        guard isAhead || record.writtenAt > peers[place].writtenAt, abs(age) < Self.lifetime else {
            counts.stale += 1
            return
        }
        peers[place].writtenAt = record.writtenAt
        counts.told += 1
        var addresses: [Endpoint] = []
        for address in record.addresses where address.isOfOneHost && !addresses.contains(address) {
            addresses.append(address)
        }
        actions.append(.told(peer: peers[place].number, addresses))
        if let time = record.calledInVainAt.map({ Int(clamping: $0) }), time <= wall + Self.skew,
            wall - time < Self.lifetime
        {
            actions.append(.missedCall(peer: peers[place].number, at: time))
        }
    }

    /// Changes the topics when a new day has begun; call it about once a minute.
    public mutating func tick(wall: Int, at now: Instant) {
        if isConnected, day != today(wall) { begin(wall: wall, at: now) }
    }

    /// The next action; nil when there are no more.
    public mutating func nextAction() -> Action? {
        actions.isEmpty ? nil : actions.removeFirst()
    }

    private func today(_ wall: Int) -> UInt32 {
        UInt32(clamping: max(0, wall - delay) / Self.dayMilliseconds)
    }

    /// Subscribes to the topics where peers may write, and publishes to all peers.
    private mutating func begin(wall: Int, at now: Instant) {
        guard isConnected else { return }
        let today = today(wall)
        day = today
        // A peer's day may differ for an hour, and its message of yesterday is still valid.
        let days = [today &- 1, today, today &+ 1]
        let former = topics.map { $0.name }
        topics = peers.indices.flatMap { place in
            days.map { (peers[place].key.topic(day: $0, writer: peers[place].publicKey), place) }
        }
        let wanted = topics.map { $0.name }
        for topic in former where !wanted.contains(topic) {
            actions.append(.unsubscribe(topic: topic))
        }
        for topic in wanted where !former.contains(topic) {
            actions.append(.subscribe(topic: topic))
        }
        publishAll(wall: wall, at: now)
    }

    private mutating func publishAll(wall: Int, at now: Instant) {
        for place in peers.indices { publish(to: place, wall: wall, at: now) }
    }

    private mutating func publish(to place: Int, wall: Int, at now: Instant) {
        guard isConnected, !addresses.isEmpty, let day else { return }
        // Later than the last message, even if the clock was set back a little.
        let wall = UInt64(clamping: wall)
        let isAhead = lastWritten > wall + UInt64(Self.skew)
        lastWritten = isAhead ? wall : max(lastWritten + 1, wall)
        var note = peers[place].calledInVainAt
        if let time = note, time > lastWritten || lastWritten - time >= UInt64(Self.lifetime) {
            note = nil
        }
        let record = WhereaboutsRecord(
            writtenAt: lastWritten, addresses: addresses, calledInVainAt: note)
        let topic = peers[place].key.topic(day: day, writer: own)
        let sealed = peers[place].key.seal(record.encoded.span, for: topic, random: random)
        peers[place].publishedAt = now
        counts.published += 1
        actions.append(.publish(topic: topic, sealed))
    }
}
