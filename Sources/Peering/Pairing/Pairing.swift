public import Crypto
public import Time
public import Wire

/// Pairing with another station by a code, one at a time: this side shows it, B of protocol.md
/// §4.1, or it was typed here, A, and is tried at the boxes that may show it.
///
/// Sans-I/O: tell it what the stream did and the time; do what it returns. Where the code is shown
/// it serves one stream at a time, and waits so shortly for each that slow ones hold the others up
/// for seconds only; silent ones the kernel keeps back. Where it was typed each box gets one
/// connection, so one guess at the code.
public struct Pairing: ~Copyable {
    /// The next thing to do.
    public enum Step: ~Copyable {
        case wait
        /// Aborts the stream, if there is one, and makes one to this place.
        case connect(Endpoint)
        case send([UInt8])
        /// This station has proved the code that is shown: `admit` it once all is on the disk but
        /// for the last step, or `close`. It gets P4 after that, as what has P4 stores this
        /// station.
        case prepare(Paired)
        /// Both have each other's key: store it. Where the code was typed the stream is ended in
        /// order only after that, which tells the other side.
        case paired(Paired)
        /// A try at the code that is shown, or all, was in vain, and so is the stream.
        case failed(Failure)
    }

    /// Why a pairing, or a try at the code that is shown, was in vain.
    public enum Failure: Equatable, Sendable {
        // Where the code is shown.
        /// Something that is no station of this version that pairs.
        case stranger
        /// A station without the code, or somebody who has changed a message. With none left the
        /// code is burnt.
        case wrongCode(left: Int)
        /// A station that had the code, and did not finish. Nothing is changed on this side. With
        /// none left the code is used up: each run costs this station a stretching.
        case unfinished(left: Int)
        /// A station that has the code and can be no peer; the code is used up.
        case unfit(PairingFailure)
        /// The code was shown for as long as codes are, and is no longer valid.
        case timedOut

        // Where it was typed; of several boxes the most telling.
        /// No connection was made.
        case unreachable
        /// The other side has ended the stream without an answer, or was silent.
        case gone
        /// The other side has the code, and does not want this station.
        case declined
        case refused(PairingFailure)
    }

    private enum State {
        case idle
        /// A code is shown, and nobody is at it.
        case showing
        /// Somebody has connected, and tries the code.
        case tried
        /// A station has proved it, and waits for P4.
        case judged
        /// P4 was sent.
        case admitted
        /// The typed code is tried at a box: a connection is being made.
        case connecting
        /// P1 was sent.
        case asked
        /// P3 was sent.
        case proved
    }

    /// More boxes than that get no guess at the code (protocol.md §4.1).
    static let boxesMost = 3
    /// How long it waits for a connection while there is another place to try.
    static let connectPatience = Duration.seconds(4)
    static let spacing = Duration.milliseconds(10)
    /// A person learns most from the last of these that has come about.
    private static let byWeight: [Failure] = [
        .unreachable, .gone, .refused(.malformed), .refused(.code), .refused(.suites), .declined,
        .refused(.ownKey),
    ]

    private let suites: OfferedSuites
    private let rounds: UInt32
    private var state = State.idle
    private var code: PairingCode?
    /// What this station tells of itself to the one that has the code.
    private var card: PairingCard?
    /// When the stream, or the attempt to make one, is given up.
    private var endsAt: Instant?

    private var window = PairingWindow()
    private var host: ShowingSide?
    /// P4, until the other station is admitted.
    private var answer: [UInt8] = []
    /// Runs in this window that had the code and did not finish.
    private var unfinished = 0
    /// When the last stream was taken.
    private var takenAt: Instant?

    private var boxes: [[Endpoint]] = []
    /// Where it is.
    private var (box, place) = (0, 0)
    /// Its run of SPAKE2 for this box.
    private var client: EnteringSide?
    private var failure = Failure.unreachable

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
    /// - Returns: When it closes; nil while codes rest, or a pairing is under way.
    public mutating func show(
        _ code: consuming PairingCode, as card: PairingCard, isAtScreen: Bool, at now: Instant
    ) -> Instant? {
        guard state == .idle, let end = window.open(isAtScreen: isAtScreen, at: now) else {
            return nil
        }
        self.code = consume code
        self.card = card
        (state, unfinished) = (.showing, 0)
        return end
    }

    /// Tries a code that was typed.
    ///
    /// - Parameters:
    ///   - code: As it was typed.
    ///   - boxes: Where to try it, in this order, each by its addresses: the first at which it can
    ///     be reached is used.
    ///   - card: What this station tells of itself.
    ///   - now: The time.
    /// - Returns: The first step.
    public mutating func enter(
        _ code: consuming PairingCode, at boxes: [[Endpoint]], as card: PairingCard,
        at now: Instant
    ) -> Step {
        close()
        self.code = consume code
        self.card = card
        self.boxes = Array(boxes.lazy.filter { !$0.isEmpty }.prefix(Self.boxesMost))
        (box, failure) = (-1, .unreachable)
        return tryNextBox(at: now)
    }

    /// Whether the pairing under way is by this code.
    public func isBy(_ typed: borrowing PairingCode) -> Bool {
        switch code {
        case .some(let code): code.isEqual(to: typed)
        case .none: false
        }
    }

    /// Whether another stream may be taken.
    public func hasRoom(at now: Instant) -> Bool {
        guard state == .showing, case .open = window.state(at: now) else { return false }
        return freeAt.map { now >= $0 } ?? true
    }

    /// When the next stream may be taken, by the one before: connecting again and again does not
    /// keep the program busy.
    private var freeAt: Instant? { takenAt.map { $0 + Self.spacing } }

    /// When to call `tick` at the latest; nil means never.
    public func deadline(at now: Instant) -> Instant? {
        guard state == .showing else { return endsAt }
        guard case .open(let end) = window.state(at: now) else { return now }
        guard let freeAt, now < freeAt else { return end }
        return min(end, freeAt)
    }

    /// A station has connected; there must be room for it.
    public mutating func accepted(at now: Instant) {
        guard state == .showing, let card, let code = code.take() else {
            preconditionFailure("no code is shown, or somebody is at it")
        }
        host = ShowingSide(code: code.copy(), suites: suites, card: card, rounds: rounds)
        self.code = consume code
        (state, takenAt, endsAt) = (.tried, now, now + PairingWindow.firstPatience)
    }

    /// The connection is made.
    public mutating func connected(at now: Instant) -> Step {
        guard state == .connecting, let first = client?.first else { return .wait }
        (state, endsAt) = (.asked, now + PairingWindow.patience)
        return .send(first)
    }

    /// Takes what the stream brings.
    ///
    /// P1 makes it stretch the code, which takes a tenth of a second or more.
    public mutating func receive(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard var side = host.take() else { return receiveAnswer(bytes, at: now) }
        let message: [UInt8]?
        do throws(PairingFailure) {
            message = try side.receive(bytes)
        } catch {
            guard side.isProved, state == .tried else { return fail(side, at: now) }
            close()
            return .failed(.unfit(error))
        }
        if let message {
            if let paired = side.paired() {
                host = consume side
                (state, answer) = (.judged, message)
                return .prepare(paired)
            }
            endsAt = now + PairingWindow.patience
            host = consume side
            return .send(message)
        }
        // Each whole message must come in time, not each byte.
        host = consume side
        return .wait
    }

    private mutating func receiveAnswer(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard state == .asked || state == .proved, var side = client.take() else { return .wait }
        let step: Step
        do throws(PairingFailure) {
            step = try side.receive(bytes)
        } catch { return tryNextBox(after: .refused(error), at: now) }
        client = consume side
        switch consume step {
        case .send(let message):
            (state, endsAt) = (.proved, now + PairingWindow.patience)
            return .send(message)
        case .paired(let paired):
            close()
            return .paired(paired)
        default: return .wait
        }
    }

    /// Lets the station that has proved the code become a peer; returns P4.
    public mutating func admit(at now: Instant) -> [UInt8] {
        guard state == .judged else { return [] }
        (state, endsAt) = (.admitted, now + PairingWindow.patience)
        return answer
    }

    /// The connection is not made, or the stream has ended: in order, which says that the other
    /// side has stored this station, or not.
    public mutating func ended(isInOrder: Bool, at now: Instant) -> Step {
        switch state {
        case .idle, .showing: return .wait
        case .tried, .judged, .admitted:
            guard let side = host.take() else { return .wait }
            // Before it is admitted it cannot have stored this station.
            guard isInOrder, state == .admitted, let paired = side.paired() else {
                return fail(side, at: now)
            }
            close()
            window.succeeded()
            return .paired(paired)
        case .connecting:
            place += 1
            return place < boxes[box].count ? connect(at: now) : tryNextBox(at: now)
        case .asked: return tryNextBox(after: .gone, at: now)
        case .proved: return tryNextBox(after: .declined, at: now)
        }
    }

    /// Lets time pass; call it again while it is due.
    public mutating func tick(at now: Instant) -> Step {
        guard state == .showing else {
            guard let endsAt, now >= endsAt else { return .wait }
            return ended(isInOrder: false, at: now)
        }
        if case .open = window.state(at: now) { return .wait }
        close()
        return .failed(.timedOut)
    }

    /// Takes the code back; a station that has proved it becomes no peer.
    public mutating func close() {
        window.close()
        (state, endsAt) = (.idle, nil)
        code = nil
        host = nil
        client = nil
    }

    private mutating func fail(_ side: borrowing ShowingSide, at now: Instant) -> Step {
        (state, endsAt) = (.showing, nil)
        if side.isProved {
            unfinished += 1
            let left = PairingWindow.unfinishedMost - unfinished
            if left == 0 { close() }
            return .failed(.unfinished(left: left))
        }
        guard side.hasAnswered else { return .failed(.stranger) }
        if window.failed(at: now) { close() }
        return .failed(.wrongCode(left: window.attemptsLeft))
    }

    /// Stretches the code for the next box, which takes a tenth of a second or more.
    ///
    /// The other side does not wait for that, so it comes before the connection.
    private mutating func tryNextBox(
        after failure: Failure = .unreachable, at now: Instant
    ) -> Step {
        func weight(_ failure: Failure) -> Int { Self.byWeight.firstIndex(of: failure) ?? 0 }
        if weight(failure) >= weight(self.failure) { self.failure = failure }
        (box, place) = (box + 1, 0)
        guard box < boxes.count, let card, let code = code.take() else {
            close()
            return .failed(self.failure)
        }
        client = EnteringSide(code: code, suites: suites, card: card, rounds: rounds)
        self.code = consume code
        return connect(at: now)
    }

    private mutating func connect(at now: Instant) -> Step {
        let isOnly = boxes.count == 1 && boxes[0].count == 1
        state = .connecting
        endsAt = now + (isOnly ? PairingWindow.patience : Self.connectPatience)
        return .connect(boxes[box][place])
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
