internal import Crypto
internal import Time
internal import Wire

/// What was seen of a peer while it is down: the traces from which the reason is read.
///
/// Of each kind only the newest is kept, and none for longer than `lifetime`: two calls of either
/// side fall into it. All is forgotten when the peer is up.
struct Evidence {
    static let lifetime = Duration.seconds(90)
    /// M3 given up in a row before the peer counts as not accepting them: one may be lost.
    static let unacceptedMin = 2
    /// Before that a peer that does not answer is merely being called.
    static let patience = Duration.seconds(5)
    /// Where it was looked for, at most: as many as a name has addresses, and one.
    private static let probesMax = 9

    let since: Instant
    private var firstCall: Instant?
    /// Its M2, which only its own key makes, opened last.
    private var answered: Instant?
    /// M3 that nothing followed, in a row.
    private var unaccepted = 0
    private var psk: Instant?
    private var suite: (Suite, at: Instant)?
    private var otherKey: (PublicKey, from: Endpoint, at: Instant)?
    private var toldOtherKey: (from: Endpoint, at: Instant)?
    private var probes: [(endpoint: Endpoint, outcome: ProbeOutcome, at: Instant)] = []

    init(since: Instant) { self.since = since }

    // MARK: What is seen

    mutating func called(at now: Instant) { firstCall = firstCall ?? now }

    mutating func answered(at now: Instant) {
        answered = now
        // Whatever was wrong with the way is over.
        probes.removeAll(keepingCapacity: true)
    }

    mutating func gaveUpFinish() { unaccepted += 1 }

    mutating func refusedPSK(at now: Instant) { psk = now }

    mutating func refused(suite: Suite, at now: Instant) { self.suite = (suite, now) }

    mutating func sawOtherKey(_ key: PublicKey, from source: Endpoint, at now: Instant) {
        otherKey = (key, source, now)
    }

    mutating func sawMessageForOtherKey(from source: Endpoint, at now: Instant) {
        toldOtherKey = (source, now)
    }

    mutating func probed(_ endpoint: Endpoint, _ outcome: ProbeOutcome, at now: Instant) {
        probes.removeAll { $0.endpoint == endpoint }
        if probes.count == Self.probesMax { probes.removeFirst() }
        probes.append((endpoint, outcome, now))
    }

    /// The peer has other addresses: what was seen at those before tells nothing.
    mutating func moved() {
        otherKey = nil
        toldOtherKey = nil
        probes.removeAll(keepingCapacity: true)
        firstCall = nil
    }

    // MARK: What follows

    /// The strongest first: what a handshake proves, then what this machine's kernel says, then
    /// what a packet from its address hints.
    func reason(hasAddress: Bool, at now: Instant) -> DownReason {
        if isFresh(psk, now) { return .psk }
        if let suite, isFresh(suite.at, now) { return .suite(suite.0) }
        if let reason = probe(at: now) { return reason }
        if let otherKey, isFresh(otherKey.at, now) {
            return .otherKey(otherKey.0, at: otherKey.from)
        }
        if let toldOtherKey, isFresh(toldOtherKey.at, now) {
            return .toldOtherKey(at: toldOtherKey.from)
        }
        let isAnswered = isFresh(answered, now)
        if isAnswered, unaccepted >= Self.unacceptedMin { return .notAccepted }
        guard hasAddress else { return .noAddress }
        guard !isAnswered, let firstCall, now >= firstCall + Self.patience else { return .calling }
        return .noAnswer
    }

    /// What the kernel says of all addresses together: one where somebody may listen outweighs
    /// another without a route, as that of the family a network lacks.
    private func probe(at now: Instant) -> DownReason? {
        var found: DownReason?
        for probe in probes where isFresh(probe.at, now) {
            switch probe.outcome {
            case .portClosed: return .portClosed(probe.endpoint)
            case .silent: return nil
            case .blocked: found = .blocked(probe.endpoint)
            case .unreachable: if found == nil { found = .unreachable(probe.endpoint) }
            case .noRoute: if found == nil { found = .noRoute(probe.endpoint) }
            }
        }
        return found
    }

    private func isFresh(_ moment: Instant?, _ now: Instant) -> Bool {
        moment.map { now < $0 + Self.lifetime } ?? false
    }
}
