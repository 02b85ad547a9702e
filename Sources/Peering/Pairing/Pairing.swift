public import Crypto
public import Time
public import Wire

/// Pairing with another station by a code, one at a time: this side shows the code (B of
/// protocol.md §4.1), or enters it (A) and tries it at the boxes that may show it.
///
/// Sans-I/O: report the stream and the time; do the steps returned. The showing side serves one
/// stream at a time, with so little patience that slow streams delay the others by seconds only;
/// the kernel withholds silent streams. The entering side makes one connection to each box, so one
/// guess at the code.
public struct Pairing: ~Copyable {
    /// The next thing to do.
    public enum Step: ~Copyable {
        case wait
        /// Abort the stream, if any, and connect to this address.
        case connect(Endpoint)
        case send([UInt8])
        /// The other station has proved the shown code: prepare its files up to the last step, then
        /// `admit` it; or `close`. P4 follows only then, because a station with P4 stores this one.
        case prepare(PairingResult)
        /// Both stations have each other's key: store it. The entering side ends the stream in
        /// order only afterwards, which confirms the storing to the other side.
        case paired(PairingResult)
        /// The pairing, or one try at the shown code, has failed; its stream is of no more use.
        case failed(Failure)
    }

    /// Why a pairing, or a try at the shown code, failed.
    public enum Failure: Equatable, Sendable {
        // Where the code is shown.
        /// The caller is no station of this version that pairs.
        case stranger
        /// The station lacks the code, or somebody changed a message. With no attempts left the
        /// code is burnt.
        case wrongCode(left: Int)
        /// The station had the code but did not finish, or was silent from then on. Nothing is
        /// changed on this side. With no runs left the code is used up: each run costs this station
        /// a stretching of the code.
        case unfinished(left: Int, isSilent: Bool)
        /// The station has the code but can be no peer; the code is used up.
        case unfit(PairingMismatch)
        /// The time of the code is over.
        case timedOut

        // Where the code was typed: of several boxes' failures, the most useful one.
        /// No connection was made.
        case unreachable
        /// The other side has ended the stream without an answer.
        case gone
        /// The other side no longer answers, perhaps after it has proved that it has the code. The
        /// code there is still valid.
        case silent(isProved: Bool)
        /// The other side has the code, and does not want this station.
        case declined
        case refused(PairingMismatch)
    }

    private enum State {
        case idle
        /// A code is shown, and no station tries it.
        case showing
        /// A station has connected and tries the code.
        case tried
        /// A station has proved the code and waits for P4.
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

    /// The most boxes at which a code is tried (protocol.md §4.1).
    static let boxesMost = 3
    /// How long a connection may take while there is another address to try.
    static let connectPatience = Duration.seconds(4)
    static let spacing = Duration.milliseconds(10)
    /// Failures in ascending order of use to a person.
    private static let byWeight: [Failure] = [
        .unreachable, .gone, .silent(isProved: false), .refused(.malformed), .refused(.code),
        .refused(.suites), .silent(isProved: true), .declined, .refused(.ownKey),
    ]

    private let suites: OfferedSuites
    private let rounds: UInt32
    private var state = State.idle
    private var code: PairingCode?
    /// This station's description for a station that has the code.
    private var card: PairingCard?
    /// When the stream, or the attempt to make one, is given up.
    private var endsAt: Instant?

    private var window = PairingWindow()
    /// The run of SPAKE2 with the station that has connected.
    private var showing: ShowingSide?
    /// P4, until the other station is admitted.
    private var answer: [UInt8] = []
    /// Runs in this window that had the code and did not finish.
    private var unfinished = 0
    /// When the last stream was taken.
    private var takenAt: Instant?

    private var boxes: [[Endpoint]] = []
    /// The box and the address that are tried.
    private var (box, place) = (0, 0)
    /// The run of SPAKE2 with this box.
    private var entering: EnteringSide?
    private var failure = Failure.unreachable

    /// - Parameters:
    ///   - suites: The suites that this station offers.
    ///   - rounds: The rounds of stretching; fewer only in tests that pair a thousand times.
    public init(suites: OfferedSuites, rounds: UInt32 = CodeKey.rounds) {
        self.suites = suites
        self.rounds = rounds
    }

    /// Opens a window for a fresh code.
    ///
    /// - Parameters:
    ///   - code: The code to show.
    ///   - card: This station's description.
    ///   - isAtScreen: Whether a person at a screen asks.
    ///   - now: The time.
    /// - Returns: When the window closes; nil while codes rest, or a pairing is under way.
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
    ///   - code: The typed code.
    ///   - boxes: The boxes to try, in order, each with its addresses; the first that connects is
    ///   used.
    ///   - card: This station's description.
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

    /// Whether the pairing under way uses this code.
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

    /// When a button may open a window again after wrong codes; nil where it may now.
    public func restEnd(at now: Instant) -> Instant? {
        guard case .resting(let end) = window.state(at: now) else { return nil }
        return end
    }

    /// When the next stream may be taken: repeated connections must not keep the program busy.
    private var freeAt: Instant? { takenAt.map { $0 + Self.spacing } }

    /// When to call `tick` at the latest; nil means never.
    public func deadline(at now: Instant) -> Instant? {
        guard state == .showing else { return endsAt }
        guard case .open(let end) = window.state(at: now) else { return now }
        guard let freeAt, now < freeAt else { return end }
        return min(end, freeAt)
    }

    /// Takes a connection; there must be room for it.
    public mutating func accepted(at now: Instant) {
        guard state == .showing, let card, let code = code.take() else {
            preconditionFailure("no code is shown, or somebody is at it")
        }
        showing = ShowingSide(code: code.copy(), suites: suites, card: card, rounds: rounds)
        self.code = consume code
        (state, takenAt, endsAt) = (.tried, now, now + PairingWindow.firstPatience)
    }

    /// Sends P1 on the new connection.
    public mutating func connected(at now: Instant) -> Step {
        guard state == .connecting, let first = entering?.first else { return .wait }
        (state, endsAt) = (.asked, now + PairingWindow.patience)
        return .send(first)
    }

    /// Takes bytes from the stream.
    ///
    /// After P1 it stretches the code, which takes a tenth of a second or more.
    public mutating func receive(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard var side = showing.take() else { return receiveAnswer(bytes, at: now) }
        let message: [UInt8]?
        do throws(PairingMismatch) {
            message = try side.receive(bytes)
        } catch {
            guard side.isProved, state == .tried else {
                return fail(side, isSilent: false, at: now)
            }
            close()
            return .failed(.unfit(error))
        }
        let paired = side.paired()
        showing = consume side
        // Each whole message must come in time, not each byte.
        guard let message else { return .wait }
        if let paired {
            (state, answer) = (.judged, message)
            return .prepare(paired)
        }
        endsAt = now + PairingWindow.patience
        return .send(message)
    }

    private mutating func receiveAnswer(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard state == .asked || state == .proved, var side = entering.take() else { return .wait }
        let step: Step
        do throws(PairingMismatch) {
            step = try side.receive(bytes)
        } catch { return tryNextBox(after: .refused(error), at: now) }
        entering = consume side
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

    /// Takes the end of a stream or of a connection attempt; after P4 an end in order confirms that
    /// the other side has stored this station.
    public mutating func ended(isInOrder: Bool, at now: Instant) -> Step {
        ended(isInOrder: isInOrder, isSilent: false, at: now)
    }

    private mutating func ended(isInOrder: Bool, isSilent: Bool, at now: Instant) -> Step {
        switch state {
        case .idle, .showing: return .wait
        case .tried, .judged, .admitted:
            guard let side = showing.take() else { return .wait }
            // Before P4 the other side cannot have stored this station.
            guard isInOrder, state == .admitted, let paired = side.paired() else {
                return fail(side, isSilent: isSilent, at: now)
            }
            close()
            window.succeeded()
            return .paired(paired)
        case .connecting:
            place += 1
            return place < boxes[box].count ? connect(at: now) : tryNextBox(at: now)
        case .asked:
            return tryNextBox(after: isSilent ? .silent(isProved: false) : .gone, at: now)
        case .proved:
            return tryNextBox(after: isSilent ? .silent(isProved: true) : .declined, at: now)
        }
    }

    /// Lets time pass; call it again while it is due.
    public mutating func tick(at now: Instant) -> Step {
        guard state == .showing else {
            guard let endsAt, now >= endsAt else { return .wait }
            return ended(isInOrder: false, isSilent: true, at: now)
        }
        if case .open = window.state(at: now) { return .wait }
        close()
        return .failed(.timedOut)
    }

    /// Withdraws the code; a station that has already proved it becomes no peer.
    public mutating func close() {
        window.close()
        (state, endsAt) = (.idle, nil)
        code = nil
        showing = nil
        entering = nil
    }

    private mutating func fail(
        _ side: borrowing ShowingSide, isSilent: Bool, at now: Instant
    ) -> Step {
        (state, endsAt) = (.showing, nil)
        if side.isProved {
            unfinished += 1
            let left = PairingWindow.unfinishedMost - unfinished
            if left == 0 { close() }
            return .failed(.unfinished(left: left, isSilent: isSilent))
        }
        guard side.hasAnswered else { return .failed(.stranger) }
        if window.failed(at: now) { close() }
        return .failed(.wrongCode(left: window.attemptsLeft))
    }

    /// Stretches the code for the next box, which takes a tenth of a second or more.
    ///
    /// The code is stretched before the connection is made: the other side does not wait for it.
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
        entering = EnteringSide(code: code, suites: suites, card: card, rounds: rounds)
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

/// The limits of shown codes: time, attempts, and the rest before the next code (protocol.md §4.1).
///
/// An attempt that fails after the code was stretched may have checked a guess. Three such attempts
/// burn the code: the chance of a guesser per window is 3 in a million with six digits, 3 in 10^12
/// with eight characters.
public struct PairingWindow: Sendable {
    public static let length = Duration.seconds(120)
    public static let attempts = 3
    /// How many unfinished runs with the code use it up: each run costs a stretching of the code.
    public static let unfinishedMost = 5
    /// How long one side waits for each message of the other.
    public static let patience = Duration.seconds(10)
    /// How long the showing side waits for the first message, which is ready on connection: it
    /// serves one station at a time.
    public static let firstPatience = Duration.milliseconds(500)
    public static let firstRest = Duration.seconds(60)
    /// The longest rest: a day stops an attacker who guesses by machine.
    public static let longestRest = Duration.seconds(86_400)

    public enum State: Equatable, Sendable {
        case closed
        /// A station may connect until then.
        case open(until: Instant)
        /// Codes were burnt; a button opens no window before then.
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
    ///   - isAtScreen: Whether a person at a screen asks: that code is too long to need a rest, and
    ///   the person sees each attempt.
    ///   - now: The time.
    /// - Returns: When the window closes; nil while codes rest, or while a window is open.
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

    /// Counts an attempt that failed after the code was stretched.
    ///
    /// - Returns: Whether the code is burnt now.
    public mutating func failed(at now: Instant) -> Bool {
        guard openUntil != nil else { return false }
        failures += 1
        guard failures == Self.attempts else { return false }
        openUntil = nil
        restUntil = now + nextRest
        nextRest = min(nextRest + nextRest, Self.longestRest)
        return true
    }

    /// Closes the window: the code was used or withdrawn.
    public mutating func close() { openUntil = nil }

    /// Closes the window after a pairing, and ends the rest: the wrong codes came from no attacker.
    public mutating func succeeded() {
        close()
        nextRest = Self.firstRest
        restUntil = nil
    }
}
