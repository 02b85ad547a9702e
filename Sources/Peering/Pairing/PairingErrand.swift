public import Crypto
public import Time
public import Wire

/// The side on which a code is typed, A of protocol.md §4.1: at which boxes it tries the code, and
/// what becomes of that.
///
/// Sans-I/O: tell it what the stream did and the time; do what it returns. Each box gets one
/// connection, so one guess at the code.
public struct PairingErrand: ~Copyable {
    /// A box that may show the code, by its addresses: the first at which it can be reached is
    /// used.
    public struct Box: Equatable, Sendable {
        public let endpoints: [Endpoint]

        public init(_ endpoints: [Endpoint]) { self.endpoints = endpoints }
    }

    /// The next thing to do.
    public enum Step: ~Copyable {
        case wait
        /// Aborts the stream, if there is one, and makes one to this place.
        case connect(Endpoint)
        case send([UInt8])
        /// Both have each other's key: store it, and only then end the stream in order, which tells
        /// the other side.
        case paired(Paired, at: Endpoint)
        /// The errand was in vain.
        case failed(Failure)
    }

    /// Why an errand was in vain; of several boxes the most telling.
    public enum Failure: Equatable, Sendable {
        /// No connection was made.
        case unreachable
        /// The other side has ended the stream without an answer, or was silent.
        case gone
        /// The other side has the code, and does not want this station.
        case declined
        case refused(PairingFailure)
    }

    /// More boxes than that get no guess at the code (protocol.md §4.1).
    public static let boxesMost = 3
    /// How long it waits for a connection while there is another place to try.
    static let connectPatience = Duration.seconds(4)

    private let code: PairingCode
    private let card: PairingCard
    private let suites: OfferedSuites
    private let rounds: UInt32
    private let boxes: [Box]
    /// Where it is.
    private var box = -1
    private var place = 0
    /// Its run of SPAKE2 for this box; nil when that has ended.
    private var side: EnteringSide?
    private var state = State.ended
    public private(set) var deadline: Instant?
    private var failure = Failure.unreachable

    private enum State {
        case connecting
        /// P1 was sent.
        case asked
        /// P3 was sent.
        case proved
        case ended
    }

    /// - Parameters:
    ///   - code: As it was typed.
    ///   - boxes: Where to try it, in this order.
    ///   - card: What this station tells of itself.
    ///   - suites: What it offers.
    ///   - rounds: Fewer only in tests that pair a thousand times.
    public init(
        _ code: consuming PairingCode, at boxes: [Box], card: PairingCard, suites: OfferedSuites,
        rounds: UInt32 = CodeKey.rounds
    ) {
        self.code = code
        self.boxes = Array(boxes.lazy.filter { !$0.endpoints.isEmpty }.prefix(Self.boxesMost))
        self.card = card
        self.suites = suites
        self.rounds = rounds
    }

    /// Sets out.
    public mutating func begin(at now: Instant) -> Step { nextBox(at: now) }

    /// The connection is made.
    public mutating func connected(at now: Instant) -> Step {
        guard state == .connecting, let first else { return .wait }
        state = .asked
        deadline = now + PairingWindow.patience
        return .send(first)
    }

    private var first: [UInt8]? {
        switch side {
        case .some(let side): side.first
        case .none: nil
        }
    }

    /// The connection is not made, or the stream has ended.
    public mutating func left(at now: Instant) -> Step {
        switch state {
        case .connecting:
            place += 1
            return place < boxes[box].endpoints.count ? connect(at: now) : nextBox(at: now)
        case .asked: return failed(.gone, at: now)
        case .proved: return failed(.declined, at: now)
        case .ended: return .wait
        }
    }

    /// Takes what the stream brings.
    public mutating func take(_ bytes: Span<UInt8>, at now: Instant) -> Step {
        guard state == .asked || state == .proved, var side = side.take() else { return .wait }
        do throws(PairingFailure) {
            switch try side.take(bytes) {
            case .wait: break
            case .send(let answer):
                self.side = consume side
                state = .proved
                deadline = now + PairingWindow.patience
                return .send(answer)
            case .paired(let paired):
                end()
                return .paired(paired, at: boxes[box].endpoints[place])
            }
        } catch { return failed(.refused(error), at: now) }
        self.side = consume side
        return .wait
    }

    /// Lets time pass.
    public mutating func tick(at now: Instant) -> Step {
        guard let deadline, now >= deadline else { return .wait }
        return left(at: now)
    }

    private mutating func failed(_ failure: Failure, at now: Instant) -> Step {
        if failure.weight >= self.failure.weight { self.failure = failure }
        return nextBox(at: now)
    }

    /// Stretches the code for the next box, which takes a tenth of a second or more.
    ///
    /// The other side does not wait for that, so it comes before the connection.
    private mutating func nextBox(at now: Instant) -> Step {
        box += 1
        place = 0
        guard box < boxes.count else {
            end()
            return .failed(failure)
        }
        side = EnteringSide(code: code, suites: suites, card: card, rounds: rounds)
        return connect(at: now)
    }

    private mutating func connect(at now: Instant) -> Step {
        let isOnly = boxes.count == 1 && boxes[0].endpoints.count == 1
        state = .connecting
        deadline = now + (isOnly ? PairingWindow.patience : Self.connectPatience)
        return .connect(boxes[box].endpoints[place])
    }

    private mutating func end() {
        side = nil
        state = .ended
        deadline = nil
    }
}

extension PairingErrand.Failure {
    /// A person learns most from the failure that weighs most.
    fileprivate var weight: Int {
        switch self {
        case .unreachable: 0
        case .gone: 1
        case .refused(.malformed): 2
        case .refused(.code): 3
        case .refused(.suites): 4
        case .declined: 5
        case .refused(.ownKey): 6
        }
    }
}
