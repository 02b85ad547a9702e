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

/// A station that shows a code, another one that tries one, and the stream between them.
private struct PairingRoom: ~Copyable {
    private var showing = Pairing(suites: OfferedSuites(withAES: true), rounds: 1)
    private var entering = Pairing(suites: OfferedSuites(withAES: true), rounds: 1)
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let isSameCode: Bool
    /// The bytes sent to the first and to the second on this stream, and those that have arrived.
    private var sent: [[UInt8]] = [[], []]
    private var given: [[UInt8]] = [[], []]
    /// Attempts without the code in this window.
    private var failures = 0
    private(set) var pairings = 0

    private static let toShowing = 0
    private static let toEntering = 1
    private static let box = [Endpoint(high: 0, low: 1, port: 5577)]

    init(isSameCode: Bool) {
        self.isSameCode = isSameCode
        show()
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
        let end = showing.show(
            Self.code("7K9M-QX2W"), as: Self.card("kitchen"), isAtScreen: true, at: now)
        if end != nil { failures = 0 }
    }

    mutating func step(_ input: inout FuzzInput) {
        switch input.below(9) {
        case 0: begin(&input)
        case 1: give(next(Self.toShowing), to: Self.toShowing, &input)
        case 2: give(next(Self.toEntering), to: Self.toEntering, &input)
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
            end(showing.tick(at: now))
            follow(entering.tick(at: now), &input)
        case 7:
            if input.below(2) == 0 {
                end(showing.ended(isInOrder: input.below(2) == 0, at: now))
            } else {
                follow(entering.ended(isInOrder: false, at: now), &input)
            }
        default: show()
        }
    }

    /// The bytes that wait for a side.
    private func next(_ side: Int) -> [UInt8] { Array(sent[side].dropFirst(given[side].count)) }

    private mutating func begin(_ input: inout FuzzInput) {
        end(showing.ended(isInOrder: false, at: now))
        (sent, given) = ([[], []], [[], []])
        let code = Self.code(isSameCode ? "7K9M-QX2W" : "7K9M-QX2V")
        guard
            case .connect = entering.enter(code, at: [Self.box], as: Self.card("office"), at: now)
        else { preconditionFailure("there is a box") }
        guard showing.hasRoom(at: now) else {
            return follow(entering.ended(isInOrder: false, at: now), &input)
        }
        showing.accepted(at: now)
        follow(entering.connected(at: now), &input)
    }

    private mutating func give(_ bytes: [UInt8], to side: Int, _ input: inout FuzzInput) {
        given[side] += bytes
        guard side == Self.toShowing else {
            return follow(entering.receive(bytes.span, at: now), &input)
        }
        switch showing.receive(bytes.span, at: now) {
        case .wait: break
        case .connect: preconditionFailure("it waits for the other side")
        case .paired: preconditionFailure("the other side has to end the stream first")
        case .send(let bytes): sent[Self.toEntering] += bytes
        case .prepare:
            precondition(isSameCode && given[side] == sent[side], "it has proved nothing")
            if input.below(4) == 3 {
                showing.close()
            } else {
                sent[Self.toEntering] += showing.admit(at: now)
            }
        case .failed(let failure): count(failure)
        }
    }

    private mutating func follow(_ step: consuming Pairing.Step, _ input: inout FuzzInput) {
        switch consume step {
        case .wait: break
        case .failed: break
        case .connect: preconditionFailure("there is one box")
        case .prepare: preconditionFailure("it shows no code")
        case .send(let bytes): sent[Self.toShowing] += bytes
        case .paired:
            precondition(isSameCode && given == sent, "what was changed has paired")
            pairings += 1
        }
    }

    /// What time, or the end of the stream, has brought where the code is shown.
    private mutating func end(_ step: consuming Pairing.Step) {
        switch consume step {
        case .failed(let failure): count(failure)
        case .paired:
            precondition(
                isSameCode && given[Self.toShowing] == sent[Self.toShowing],
                "what was changed has paired")
        default: break
        }
    }

    private mutating func count(_ failure: Pairing.Failure) {
        guard case .wrongCode(let left) = failure else { return }
        failures += 1
        precondition(left == 3 - failures, "an attempt is not counted")
        precondition(
            (left == 0) == (showing.deadline(at: now) == nil), "the code is burnt after three")
    }
}
