public import Time

/// While a station shows a code: who may try, how often, and when the next code may be shown
/// (protocol.md §4.1).
///
/// A try that fails after the code was stretched for it may have checked a guess. Three of them
/// burn the code: with six digits a guesser is right with 3 in a million per window, with eight
/// characters with 3 in 10^12.
public struct PairingWindow: Sendable {
    public static let length = Duration.seconds(120)
    public static let attempts = 3
    /// How many unfinished runs with the code use it up: each run costs a stretching of the code.
    public static let unfinishedMost = 5
    /// One side waits so long for each message of the other.
    public static let patience = Duration.seconds(10)
    /// The other side has its first message ready when it connects; whoever has none is not waited
    /// for, as one side is served at a time.
    public static let firstPatience = Duration.milliseconds(500)
    public static let firstRest = Duration.seconds(60)
    /// A day is enough for whoever tries by machine.
    public static let longestRest = Duration.seconds(86_400)

    public enum State: Equatable, Sendable {
        case closed
        /// Somebody may connect until then.
        case open(until: Instant)
        /// Codes were burnt; a button can show none before then.
        case resting(until: Instant)
    }

    private var openUntil: Instant?
    private var failures = 0
    private var restUntil: Instant?
    private var nextRest = PairingWindow.firstRest

    public init() {}

    public func state(at now: Instant) -> State {
        if let openUntil, now < openUntil { return .open(until: openUntil) }
        if let restUntil, now < restUntil { return .resting(until: restUntil) }
        return .closed
    }

    /// Attempts that may still fail.
    public var attemptsLeft: Int { Self.attempts - failures }

    /// Opens the window for a fresh code.
    ///
    /// - Parameters:
    ///   - isAtScreen: A person at a screen asks: such a code has so many characters that it need
    ///     not rest, and the person sees each attempt.
    ///   - now: The time.
    /// - Returns: When it closes; nil while codes rest, or one is shown already.
    public mutating func open(isAtScreen: Bool = false, at now: Instant) -> Instant? {
        switch state(at: now) {
        case .closed: break
        case .resting: guard isAtScreen else { return nil }
        case .open: return nil
        }
        let end = now + Self.length
        openUntil = end
        failures = 0
        return end
    }

    /// An attempt has failed after the code was stretched for it.
    ///
    /// - Returns: Whether that has burnt the code.
    public mutating func failed(at now: Instant) -> Bool {
        guard openUntil != nil else { return false }
        failures += 1
        guard failures == Self.attempts else { return false }
        openUntil = nil
        restUntil = now + nextRest
        nextRest = min(nextRest + nextRest, Self.longestRest)
        return true
    }

    /// The code was used, or is taken back by whoever showed it.
    public mutating func close() { openUntil = nil }

    /// A pairing has come about: who typed the last codes wrong was no attacker.
    public mutating func succeeded() {
        close()
        nextRest = Self.firstRest
        restUntil = nil
    }
}
