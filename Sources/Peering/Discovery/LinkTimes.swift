internal import Time

/// When one service is announced, answered for and asked for on one link (RFC 6762 §5.2, §6, §8.3).
struct LinkTimes {
    /// A beacon is repeated once, a second later.
    static let beacons = 2
    static let beaconSpacing = Duration.seconds(1)
    /// Before the first one: stations whose switch has come back do not all speak at once.
    static let firstBeacon = 0...250
    /// Before an answer and a first question.
    static let politeness = 20...120
    /// Before an answer whose question says that more known answers follow (RFC 6762 §7.2).
    static let patience = 400...500
    /// A service is sent once a second at most, whoever asks.
    static let spacing = Duration.seconds(1)
    /// Questions after the first one wait three times as long as the one before, up to an hour.
    static let firstWait = Duration.seconds(1)
    static let waitMax = Duration.seconds(3600)
    /// A beacon that the kernel did not take is tried again so often: a new address may
    /// take seconds until it can be used (RFC 4862 §5.4).
    static let retries = 10

    private var beaconsLeft = 0
    private var retriesLeft = 0
    private var announceAt: Instant?
    private var answerAt: Instant?
    private var lastSent: Instant?
    private(set) var isCatalogued = false

    private var askAt: Instant?
    private var wait = firstWait
    private var lastAsked: Instant?

    /// How long a question of this machine may be the station's own, which comes back to it.
    private static let echo = Duration.milliseconds(500)

    /// What is due.
    enum Step { case none, announce, ask }

    mutating func announce(after delay: Duration, at now: Instant) {
        beaconsLeft = Self.beacons
        retriesLeft = Self.retries
        announceAt = free(now + delay)
        answerAt = nil
    }

    mutating func withdraw() { (announceAt, answerAt) = (nil, nil) }

    /// Another program asks; what is about to be sent anyway is its answer.
    mutating func answer(after delay: Duration, catalogued: Bool, at now: Instant) {
        isCatalogued = isCatalogued || catalogued
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

    /// What is sent now counts as sent; each step is due once.
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

    /// The message that was due has the catalogue's record, if that was asked for.
    mutating func takeCatalogued() -> Bool {
        defer { isCatalogued = false }
        return isCatalogued
    }

    /// The kernel did not take what was just announced.
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
