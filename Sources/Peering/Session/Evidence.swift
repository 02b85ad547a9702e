internal import Crypto
internal import Time
internal import Wire

/// The evidence for the reason why a peer is down.
///
/// Only the newest trace of each kind is kept, for at most `lifetime`, in which each side calls
/// twice. A peer that goes down starts without traces.
struct Evidence {
    static let lifetime = Duration.seconds(90)
    /// How many M3 in a row must be given up before the peer counts as refusing them: one may be
    /// lost.
    static let unacceptedMin = 2
    /// Until then, a peer that does not answer is reported as being called.
    static let patience = Duration.seconds(5)
    /// The most addresses probed: those that one name can have, and one more.
    private static let probesMax = 9

    let since: Instant
    private var firstCall: Instant?
    /// When an M2 last opened, which only the peer's own key can make.
    private var answered: Instant?
    /// M3 in a row that had no effect.
    private var unaccepted = 0
    private var psk: Instant?
    /// The suite of the peer's refused calls, and how many came in a row: after one call the peer
    /// may try the other suite.
    private var suite: (Suite, times: Int, at: Instant)?
    private var otherKey: Hint?
    private var toldOtherKey: Hint?
    private var otherVersion: Hint?
    private var probes: [(endpoint: Endpoint, outcome: ProbeOutcome, at: Instant)] = []

    /// A reason that a packet from the peer's address hints at.
    private typealias Hint = (reason: DownReason, at: Instant)

    init(since: Instant) { self.since = since }

    // MARK: Traces

    mutating func called(at now: Instant) { firstCall = firstCall ?? now }

    mutating func answered(at now: Instant) {
        answered = now
        // An opened packet shows that the network path works again.
        probes.removeAll(keepingCapacity: true)
    }

    mutating func gaveUpFinish() { unaccepted += 1 }

    mutating func accepted() { unaccepted = 0 }

    /// Whether an odd number of M3 in a row had no effect.
    var mayWantOtherSuite: Bool { unaccepted % 2 == 1 }

    mutating func refusedPSK(at now: Instant) { psk = now }

    mutating func refused(suite: Suite, at now: Instant) {
        self.suite = (suite, self.suite?.0 == suite ? self.suite!.times + 1 : 1, now)
    }

    mutating func sawOtherKey(_ key: PublicKey, from source: Endpoint, at now: Instant) {
        otherKey = (.otherKey(key, at: source), now)
    }

    mutating func sawMessageForOtherKey(from source: Endpoint, at now: Instant) {
        toldOtherKey = (.toldOtherKey(at: source), now)
    }

    mutating func sawMessage(ofVersion version: UInt8, from source: Endpoint, at now: Instant) {
        otherVersion = (.otherVersion(version, at: source), now)
    }

    mutating func probed(_ endpoint: Endpoint, _ outcome: ProbeOutcome, at now: Instant) {
        probes.removeAll { $0.endpoint == endpoint }
        if probes.count == Self.probesMax { probes.removeFirst() }
        probes.append((endpoint, outcome, now))
    }

    /// Notes a packet from an address: the port is open, and the peer may answer the next call.
    mutating func sawPacket(from source: Endpoint) {
        let count = probes.count
        probes.removeAll { $0.endpoint == source && $0.outcome == .portClosed }
        if probes.count < count { firstCall = nil }
    }

    /// Forgets the traces from former addresses: the peer has others now.
    mutating func moved() {
        otherKey = nil
        toldOtherKey = nil
        otherVersion = nil
        probes.removeAll(keepingCapacity: true)
        firstCall = nil
    }

    // MARK: Conclusions

    /// The strongest reason: a handshake's proof, else an error of this machine's kernel, else a
    /// hint in a packet from the peer's address.
    func reason(hasAddress: Bool, at now: Instant) -> DownReason {
        if isFresh(psk, now) { return .psk }
        if let suite, suite.times > 1, isFresh(suite.at, now) { return .suite(suite.0) }
        if let reason = probe(at: now) { return reason }
        for hint in [otherKey, toldOtherKey] {
            if let hint, isFresh(hint.at, now) { return hint.reason }
        }
        let isAnswered = isFresh(answered, now)
        if isAnswered, unaccepted >= Self.unacceptedMin { return .notAccepted }
        if !isAnswered, let otherVersion, isFresh(otherVersion.at, now) {
            return otherVersion.reason
        }
        guard hasAddress else { return .noAddress }
        guard !isAnswered, let firstCall, now >= firstCall + Self.patience else {
            return .handshaking
        }
        return .noAnswer
    }

    /// The kernel's errors for all addresses together: an address without an error outweighs
    /// another one without a route, such as one of a family that the network lacks.
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

/// Notices that the machine was suspended: `Instant` does not count that time, but session keys
/// must expire in it.
public struct SleepWatch: Sendable {
    /// The least sleep that is reported; shorter ones are added up.
    public static let least = Duration.seconds(1)

    private var before: Duration

    /// `suspended` is how long the machine has been suspended since it was started.
    public init(suspended: Duration) { before = suspended }

    /// Whether the machine has slept for `least` since this last returned true.
    public mutating func noticeSleep(suspended: Duration) -> Bool {
        guard suspended - before >= Self.least else { return false }
        before = suspended
        return true
    }
}
