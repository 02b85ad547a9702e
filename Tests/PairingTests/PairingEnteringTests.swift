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

    private func begin(_ pairing: inout Pairing, _ boxes: [[UInt64]]) throws -> Outcome {
        Outcome(
            pairing.enter(
                try PairingCode(typed: "7K9M-QX2W"), at: boxes.map { $0.map(place) },
                as: try card("office"), at: start))
    }

    /// A station that shows a code.
    private func showing(_ code: String) throws -> ShowingSide {
        ShowingSide(
            code: try PairingCode(typed: code), suites: OfferedSuites(withAES: true),
            card: try card("kitchen"), rounds: 1)
    }

    /// Its answer to P1, P2.
    private func answer(_ first: [UInt8], code: String) throws -> [UInt8] {
        var side = try showing(code)
        return Outcome(first, to: &side).sent
    }

    @Test func theAddressesOfABoxAreTriedUntilOneConnects() throws {
        var entering = pairing()
        var seen = [try begin(&entering, [[1, 2, 3]])]
        let soon = entering.deadline(at: start)
        #expect(soon == start + .seconds(4))
        seen.append(Outcome(entering.ended(isInOrder: false, at: start)))
        seen.append(Outcome(entering.tick(at: start + .seconds(3))))
        seen.append(Outcome(entering.tick(at: start + .seconds(4))))
        seen.append(Outcome(entering.connected(at: start + .seconds(5))))
        let first = seen.removeLast()
        #expect(first.sent.count == 1270)
        #expect(seen == [.connects(1), .connects(2), .waits, .connects(3)])
        let later = entering.deadline(at: start)
        #expect(later == start + .seconds(15))
        // It has said P1 there: another address of the same box would be another guess.
        let silent = Outcome(entering.tick(at: start + .seconds(15)))
        let never = entering.deadline(at: start)
        #expect(silent == .failed(.gone) && never == nil)
    }

    @Test func oneAddressGetsTheWholeTime() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        let deadline = entering.deadline(at: start)
        #expect(deadline == start + .seconds(10))
        let end = Outcome(entering.tick(at: start + .seconds(10)))
        #expect(end == .failed(.unreachable))
    }

    @Test func withoutABoxThereIsNothingToDo() throws {
        for boxes in [[], [[]], [[], []]] as [[[UInt64]]] {
            var entering = pairing()
            let end = try begin(&entering, boxes)
            #expect(end == .failed(.unreachable))
        }
    }

    /// Each box gets one guess at the code, and three boxes at most get one.
    @Test func threeBoxesGetAGuessEachAndNoMore() throws {
        var entering = pairing()
        var seen = [try begin(&entering, [[1], [2], [3], [4], [5]])]
        var firsts: [[UInt8]] = []
        for _ in 0..<3 {
            let first = Outcome(entering.connected(at: start)).sent
            firsts.append(first)
            let second = try answer(first, code: "0000-0000")
            seen.append(Outcome(entering.receive(second.span, at: start)))
        }
        #expect(
            seen == [.connects(1), .connects(2), .connects(3), .failed(.refused(.code))])
        // Nothing of one run of SPAKE2 is used in another.
        #expect(Set(firsts.map { Array($0[5..<86]) }).count == 3)
        let after = Outcome(entering.ended(isInOrder: false, at: start))
        #expect(after == .waits)
    }

    @Test func theBoxThatHasTheCodeIsFoundAmongOthers() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1], [2]])
        let wrong = try answer(Outcome(entering.connected(at: start)).sent, code: "0000-0000")
        let next = Outcome(entering.receive(wrong.span, at: start))
        #expect(next == .connects(2))
        var side = try showing("7K9M-QX2W")
        let second = Outcome(Outcome(entering.connected(at: start)).sent, to: &side).sent
        let third = Outcome(entering.receive(second.span, at: start)).sent
        let fourth = Outcome(third, to: &side).sent
        let end = Outcome(entering.receive(fourth.span, at: start))
        let deadline = entering.deadline(at: start)
        #expect(end.peer == "kitchen" && deadline == nil)
    }

    @Test func theMostTellingOfTheFailuresIsTold() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1], [2], [3]])
        let wrong = try answer(Outcome(entering.connected(at: start)).sent, code: "0000-0000")
        _ = entering.receive(wrong.span, at: start)
        _ = entering.ended(isInOrder: false, at: start)
        _ = entering.connected(at: start)
        let end = Outcome(entering.receive([0x47].span, at: start))
        #expect(end == .failed(.refused(.code)))
    }

    @Test func whoDeclinesAfterTheProofIsKnownByThat() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        let second = try answer(Outcome(entering.connected(at: start)).sent, code: "7K9M-QX2W")
        let third = Outcome(entering.receive(second.span, at: start))
        let end = Outcome(entering.ended(isInOrder: false, at: start))
        #expect(third.sent.count == 131 && end == .failed(.declined))
    }

    @Test func lateBytesOfAPairingInVainAreNothing() throws {
        var entering = pairing()
        _ = try begin(&entering, [[1]])
        _ = entering.ended(isInOrder: false, at: start)
        let seen = [
            Outcome(entering.receive([1].span, at: start)), Outcome(entering.connected(at: start)),
            Outcome(entering.tick(at: start + .seconds(100))),
        ]
        #expect(seen == [.waits, .waits, .waits])
    }
}
