internal import Crypto
internal import Peering
internal import Time
internal import Wire

extension FuzzTarget {
    /// Both sides of a pairing: messages that are true, changed, cut, of no kind and too late,
    /// while streams begin and end and codes are shown anew.
    ///
    /// Keys and nonces are fresh in each run: an input is what is done with the messages.
    static let pairing = FuzzTarget(name: "pairing") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        var room = PairingRoom(isSameCode: input.below(4) > 0)
        for _ in 0..<24 where !input.isAtEnd { room.step(&input) }
        planted(isPlanted, at: room.pairings > 0)
    }
}

/// A desk, an errand to it, and the stream between them.
private struct PairingRoom: ~Copyable {
    private var desk = PairingDesk(suites: OfferedSuites(withAES: true), rounds: 1)
    private var errand: PairingErrand
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let isSameCode: Bool
    /// The bytes sent to the desk and to the errand on this stream, and those that have arrived.
    private var sent: [[UInt8]] = [[], []]
    private var given: [[UInt8]] = [[], []]
    /// Attempts without the code in this window.
    private var failures = 0
    private(set) var pairings = 0

    private static let toDesk = 0
    private static let toErrand = 1
    private static let box = PairingErrand.Box([Endpoint(high: 0, low: 1, port: 5577)])

    init(isSameCode: Bool) {
        self.isSameCode = isSameCode
        errand = Self.errand(isSameCode)
        show()
    }

    private static func errand(_ isSameCode: Bool) -> PairingErrand {
        PairingErrand(
            code(isSameCode ? "7K9M-QX2W" : "7K9M-QX2V"), at: [box], card: card("office"),
            suites: OfferedSuites(withAES: true), rounds: 1)
    }

    private static func code(_ text: String) -> PairingCode {
        do throws(PairingCode.Fault) { return try PairingCode(typed: text) } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func card(_ name: String) -> PairingCard {
        let key = X25519.publicKey(of: .random())
        return PairingCard(publicKey: key, capabilities: Capabilities(bootID: 0), name: name)!
    }

    private mutating func show() {
        let end = desk.show(
            Self.code("7K9M-QX2W"), as: Self.card("kitchen"), isAtScreen: true, at: now)
        if end != nil { failures = 0 }
    }

    mutating func step(_ input: inout FuzzInput) {
        switch input.below(9) {
        case 0: begin(&input)
        case 1: give(next(Self.toDesk), to: Self.toDesk, &input)
        case 2: give(next(Self.toErrand), to: Self.toErrand, &input)
        case 3, 4:
            let side = input.below(2)
            var bytes = next(side)
            input.mutate(&bytes)
            give(Array(bytes.dropLast(input.below(3))), to: side, &input)
        case 5:
            let side = input.below(2)
            give(input.piece(input.below(64)), to: side, &input)
        case 6:
            now = now + .milliseconds(Int(input.word()))
            end(desk.tick(at: now))
            follow(errand.tick(at: now), &input)
        case 7:
            if input.below(2) == 0 {
                if let result = desk.left(isInOrder: input.below(2) == 0, at: now) { end(result) }
            } else {
                follow(errand.left(at: now), &input)
            }
        default: show()
        }
    }

    /// The bytes that wait for a side.
    private func next(_ side: Int) -> [UInt8] { Array(sent[side].dropFirst(given[side].count)) }

    private mutating func begin(_ input: inout FuzzInput) {
        if let result = desk.left(isInOrder: false, at: now) { end(result) }
        errand = Self.errand(isSameCode)
        (sent, given) = ([[], []], [[], []])
        guard case .connect = errand.begin(at: now) else { preconditionFailure("there is a box") }
        guard desk.hasRoom(at: now) else { return follow(errand.left(at: now), &input) }
        desk.enter(at: now)
        follow(errand.connected(at: now), &input)
    }

    private mutating func give(_ bytes: [UInt8], to side: Int, _ input: inout FuzzInput) {
        given[side] += bytes
        guard side == Self.toDesk else { return follow(errand.take(bytes.span, at: now), &input) }
        switch desk.take(bytes.span, at: now) {
        case .wait: break
        case .send(let bytes): sent[Self.toErrand] += bytes
        case .judge:
            precondition(isSameCode && given[side] == sent[side], "it has proved nothing")
            if input.below(4) == 3 {
                desk.refuse()
            } else {
                sent[Self.toErrand] += desk.admit(at: now)
            }
        case .over(let result): end(result)
        }
    }

    private mutating func follow(
        _ step: consuming PairingErrand.Step, _ input: inout FuzzInput
    ) {
        switch consume step {
        case .wait: break
        case .failed: break
        case .connect: preconditionFailure("there is one box")
        case .send(let bytes): sent[Self.toDesk] += bytes
        case .paired:
            precondition(isSameCode && given == sent, "what was changed has paired")
            pairings += 1
        }
    }

    private mutating func end(_ tick: consuming PairingDesk.Tick) {
        switch consume tick {
        case .nothing: break
        case .timedOut: break
        case .over(let result): end(result)
        }
    }

    private mutating func end(_ result: consuming PairingDesk.Try) {
        switch consume result {
        case .stranger: break
        case .unfinished: break
        case .refused: break
        case .wrongCode(let left):
            failures += 1
            precondition(left == 3 - failures, "an attempt is not counted")
            precondition((left == 0) == !desk.isShowing, "the code is burnt after three")
        case .paired:
            precondition(
                isSameCode && given[Self.toDesk] == sent[Self.toDesk], "what was changed has paired"
            )
        }
    }
}
