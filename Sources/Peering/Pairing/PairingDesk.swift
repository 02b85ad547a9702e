public import Crypto
public import Time

/// The side that shows codes, B of protocol.md §4.1: which code is good, which station tries it,
/// and what becomes of each try.
///
/// Sans-I/O: tell it what the stream did and the time; do what it returns. It serves one stream at
/// a time, and waits so shortly for each that slow ones hold the others up for seconds only; silent
/// ones the kernel keeps back.
public struct PairingDesk: ~Copyable {
    /// The next thing to do with the stream.
    public enum Step: ~Copyable {
        case wait
        case send([UInt8])
        /// This station has proved the code: `admit` or `refuse` it. It gets P4 after that, as what
        /// has P4 stores this station.
        case judge(PairingCard, Suite)
        /// The try is over, and so is its stream.
        case over(Try)
    }

    /// The outcome of a try.
    public enum Try: ~Copyable {
        /// Something that is no station of this version that pairs.
        case stranger
        /// A station without the code, or somebody who has changed a message. With none left the
        /// code is burnt.
        case wrongCode(left: Int)
        /// A station that had the code, and did not finish. Nothing is changed on this side. With
        /// none left the code is used up: each run costs this station a stretching.
        case unfinished(left: Int)
        /// A station that has the code and can be no peer; the code is used up.
        case refused(PairingFailure)
        case paired(Paired)
    }

    /// The outcome of letting time pass.
    public enum Tick: ~Copyable {
        case nothing
        /// The stream has been silent for too long.
        case over(Try)
        /// The code was shown for as long as codes are, and is no longer valid.
        case timedOut
    }

    private struct Guest: ~Copyable {
        var side: ShowingSide
        var deadline: Instant
        /// P4, until the guest is admitted.
        var answer: [UInt8] = []

        consuming func leave() -> Paired? { side.closed() }
    }

    /// A code, and what this station tells of itself to the one that has it.
    private struct Shown: ~Copyable {
        let code: PairingCode
        let card: PairingCard
    }

    private let suites: OfferedSuites
    private let rounds: UInt32
    private var window = PairingWindow()
    private var shown: Shown?
    private var guest: Guest?
    /// When the last stream was taken.
    private var entered: Instant?

    static let spacing = Duration.milliseconds(10)
    /// Runs in this window that had the code and did not finish.
    private var unfinished = 0

    /// - Parameters:
    ///   - suites: What this station offers.
    ///   - rounds: Fewer only in tests that pair a thousand times.
    public init(suites: OfferedSuites, rounds: UInt32 = CodeKey.rounds) {
        self.suites = suites
        self.rounds = rounds
    }

    /// Opens a window for a fresh code.
    ///
    /// - Parameters:
    ///   - code: What is shown.
    ///   - card: What this station tells of itself.
    ///   - isAtScreen: Whether a person at a screen asks.
    ///   - now: The time.
    /// - Returns: When it closes; nil while codes rest, or one is shown already.
    public mutating func show(
        _ code: consuming PairingCode, as card: PairingCard, isAtScreen: Bool, at now: Instant
    ) -> Instant? {
        guard !isShowing, let end = window.open(isAtScreen: isAtScreen, at: now) else { return nil }
        shown = Shown(code: code, card: card)
        unfinished = 0
        return end
    }

    /// A code is shown, or somebody who came in time is still at it.
    public var isShowing: Bool {
        switch shown {
        case .some: true
        case .none: false
        }
    }

    /// Whether another stream may be taken.
    public func hasRoom(at now: Instant) -> Bool {
        guard case .open = window.state(at: now) else { return false }
        return !hasGuest && (enterableAt.map { now >= $0 } ?? true)
    }

    /// When the next stream may be taken, by the one before: connecting again and again does not
    /// keep the program busy.
    private var enterableAt: Instant? { entered.map { $0 + Self.spacing } }

    private var hasGuest: Bool {
        switch guest {
        case .some: true
        case .none: false
        }
    }

    /// When to call `tick` at the latest; nil means never.
    public func deadline(at now: Instant) -> Instant? {
        switch guest {
        case .some(let guest): return guest.deadline
        case .none: break
        }
        guard isShowing else { return nil }
        guard case .open(let end) = window.state(at: now) else { return now }
        guard let enterableAt, now < enterableAt else { return end }
        return min(end, enterableAt)
    }

    /// A station has connected; there must be room for it.
    public mutating func enter(at now: Instant) {
        precondition(!hasGuest)
        guard let side else { preconditionFailure("no code is shown") }
        entered = now
        guest = Guest(side: side, deadline: now + PairingWindow.firstPatience)
    }

    private var side: ShowingSide? {
        switch shown {
        case .some(let shown):
            ShowingSide(code: shown.code.copy(), suites: suites, card: shown.card, rounds: rounds)
        case .none: nil
        }
    }

    /// Takes what the stream brings.
    ///
    /// P1 makes it stretch the code, which takes a tenth of a second or more.
    public mutating func take(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard var guest = guest.take() else { return .wait }
        let step: PairingStep
        do throws(PairingFailure) {
            step = try guest.side.take(bytes)
        } catch {
            guard guest.side.isProved, guest.side.guest == nil else {
                return .over(fail(guest.side, at: now))
            }
            close()
            return .over(.refused(error))
        }
        guard case .send(let answer) = consume step else {
            // Each whole message must come in time, not each byte.
            self.guest = consume guest
            return .wait
        }
        if let (card, suite) = guest.side.guest {
            guest.answer = answer
            self.guest = consume guest
            return .judge(card, suite)
        }
        guest.deadline = now + PairingWindow.patience
        self.guest = consume guest
        return .send(answer)
    }

    /// The pre-shared key that the guest and this station will have.
    public var psk: Key? {
        switch guest {
        case .some(let guest): guest.side.psk
        case .none: nil
        }
    }

    /// Lets the guest become a peer; returns P4.
    public mutating func admit(at now: Instant) -> [UInt8] {
        guard var guest = guest.take() else { return [] }
        guest.deadline = now + PairingWindow.patience
        let answer = guest.answer
        guest.answer = []
        self.guest = consume guest
        return answer
    }

    /// The guest becomes no peer, and the code is used up: it was told to the wrong one.
    public mutating func refuse() { close() }

    /// The stream has ended: in order, which says that the other side has stored this station, or
    /// not.
    public mutating func left(isInOrder: Bool, at now: Instant) -> Try? {
        guard let guest = guest.take() else { return nil }
        // Before it is admitted it cannot have stored this station.
        guard isInOrder, guest.answer.isEmpty else { return fail(guest.side, at: now) }
        let (isProved, hasAnswered) = (guest.side.isProved, guest.side.hasAnswered)
        guard let paired = guest.leave() else {
            return failed(isProved: isProved, hasAnswered: hasAnswered, at: now)
        }
        shown = nil
        window.succeeded()
        return .paired(paired)
    }

    /// Lets time pass; call it again until it brings nothing.
    public mutating func tick(at now: Instant) -> Tick {
        if let guest = guest.take() {
            guard now >= guest.deadline else {
                self.guest = consume guest
                return .nothing
            }
            return .over(fail(guest.side, at: now))
        }
        guard isShowing else { return .nothing }
        if case .open = window.state(at: now) { return .nothing }
        shown = nil
        return .timedOut
    }

    /// Takes the code back.
    public mutating func close() {
        guest = nil
        shown = nil
        window.close()
    }

    private mutating func fail(_ side: borrowing ShowingSide, at now: Instant) -> Try {
        failed(isProved: side.isProved, hasAnswered: side.hasAnswered, at: now)
    }

    private mutating func failed(isProved: Bool, hasAnswered: Bool, at now: Instant) -> Try {
        if isProved {
            unfinished += 1
            let left = PairingWindow.unfinishedMost - unfinished
            if left == 0 { close() }
            return .unfinished(left: left)
        }
        guard hasAnswered else { return .stranger }
        guard window.failed(at: now) else { return .wrongCode(left: window.attemptsLeft) }
        shown = nil
        return .wrongCode(left: 0)
    }
}

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
