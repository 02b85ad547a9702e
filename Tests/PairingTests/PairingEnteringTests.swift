import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// The side on which a code was typed.
@Suite struct PairingEnteringTests {
    private let start = Meeting.start

    private func place(_ number: UInt64) -> Endpoint { Endpoint(high: 0, low: number, port: 5577) }

    private func pairing() -> Pairing { Pairing(suites: OfferedSuites(withAES: true), rounds: 1) }

    private func begin(_ pairing: inout Pairing, _ boxes: [[UInt64]]) throws -> Seen {
        Seen(
            pairing.enter(
                try PairingCode(typed: "7K9M-QX2W"), at: boxes.map { $0.map(place) },
                as: try card("office"), at: start))
    }

    private enum Seen: Equatable {
        case waits, connects(UInt64), sends(Int), pairs
        case fails(Pairing.Failure)

        init(_ step: consuming Pairing.Step) {
            switch consume step {
            case .connect(let place): self = .connects(place.low)
            case .send(let bytes): self = .sends(bytes.count)
            case .paired: self = .pairs
            case .failed(let failure): self = .fails(failure)
            default: self = .waits
            }
        }
    }

    /// A station that shows a code and answers P1 with P2.
    private func answer(_ first: [UInt8], code: String) throws -> [UInt8] {
        var side = ShowingSide(
            code: try PairingCode(typed: code), suites: OfferedSuites(withAES: true),
            card: try card("kitchen"), rounds: 1)
        return Outcome(first, to: &side).sent
    }

    private func sent(_ step: consuming Pairing.Step) -> [UInt8] {
        if case .send(let bytes) = consume step { bytes } else { [] }
    }

    @Test func theAddressesOfABoxAreTriedUntilOneConnects() throws {
        var entering = pairing()
        var seen = [try begin(&entering, [[1, 2, 3]])]
        let soon = entering.deadline(at: start)
        #expect(soon == start + .seconds(4))
        seen.append(Seen(entering.ended(isInOrder: false, at: start)))
        seen.append(Seen(entering.tick(at: start + .seconds(3))))
        seen.append(Seen(entering.tick(at: start + .seconds(4))))
        seen.append(Seen(entering.connected(at: start + .seconds(5))))
        #expect(seen == [.connects(1), .connects(2), .waits, .connects(3), .sends(1270)])
        let later = entering.deadline(at: start)
        #expect(later == start + .seconds(15))
        // It has said P1 there: another address of the same box would be another guess.
        let silent = Seen(entering.tick(at: start + .seconds(15)))
        let never = entering.deadline(at: start)
        #expect(silent == .fails(.gone) && never == nil)
    }

    @Test func oneAddressGetsTheWholeTime() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        let deadline = entering.deadline(at: start)
        #expect(deadline == start + .seconds(10))
        let end = Seen(entering.tick(at: start + .seconds(10)))
        #expect(end == .fails(.unreachable))
    }

    @Test func withoutABoxThereIsNothingToDo() throws {
        for boxes in [[], [[]], [[], []]] as [[[UInt64]]] {
            var entering = pairing()
            let end = try begin(&entering, boxes)
            #expect(end == .fails(.unreachable))
        }
    }

    /// Each box gets one guess at the code, and three boxes at most get one.
    @Test func threeBoxesGetAGuessEachAndNoMore() throws {
        var entering = pairing()
        var seen = [try begin(&entering, [[1], [2], [3], [4], [5]])]
        var firsts: [[UInt8]] = []
        for _ in 0..<3 {
            let first = sent(entering.connected(at: start))
            firsts.append(first)
            let second = try answer(first, code: "0000-0000")
            seen.append(Seen(entering.receive(second.span, at: start)))
        }
        #expect(
            seen == [.connects(1), .connects(2), .connects(3), .fails(.refused(.code))])
        // Nothing of one run of SPAKE2 is used in another.
        #expect(Set(firsts.map { Array($0[5..<86]) }).count == 3)
        let after = Seen(entering.ended(isInOrder: false, at: start))
        #expect(after == .waits)
    }

    @Test func theBoxThatHasTheCodeIsFoundAmongOthers() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1], [2]])
        let wrong = try answer(sent(entering.connected(at: start)), code: "0000-0000")
        let next = Seen(entering.receive(wrong.span, at: start))
        #expect(next == .connects(2))
        var side = ShowingSide(
            code: try PairingCode(typed: "7K9M-QX2W"), suites: OfferedSuites(withAES: true),
            card: try card("kitchen"), rounds: 1)
        let second = Outcome(sent(entering.connected(at: start)), to: &side).sent
        let third = sent(entering.receive(second.span, at: start))
        let fourth = Outcome(third, to: &side).sent
        let end = Seen(entering.receive(fourth.span, at: start))
        let deadline = entering.deadline(at: start)
        #expect(end == .pairs && deadline == nil)
    }

    @Test func theMostTellingOfTheFailuresIsTold() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1], [2], [3]])
        let wrong = try answer(sent(entering.connected(at: start)), code: "0000-0000")
        _ = entering.receive(wrong.span, at: start)
        _ = entering.ended(isInOrder: false, at: start)
        _ = entering.connected(at: start)
        let end = Seen(entering.receive([0x47].span, at: start))
        #expect(end == .fails(.refused(.code)))
    }

    @Test func whoDeclinesAfterTheProofIsKnownByThat() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        let second = try answer(sent(entering.connected(at: start)), code: "7K9M-QX2W")
        let third = Seen(entering.receive(second.span, at: start))
        let end = Seen(entering.ended(isInOrder: false, at: start))
        #expect(third == .sends(131) && end == .fails(.declined))
    }

    @Test func lateBytesOfAPairingInVainAreNothing() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        _ = entering.ended(isInOrder: false, at: start)
        let seen = [
            Seen(entering.receive([1].span, at: start)), Seen(entering.connected(at: start)),
            Seen(entering.tick(at: start + .seconds(100))),
        ]
        #expect(seen == [.waits, .waits, .waits])
    }
}
