import Crypto
import Testing
import Time
import Wire

@testable import Peering

@Suite struct PairingErrandTests {
    private let start = Meeting.start

    private func place(_ number: UInt64) -> Endpoint { Endpoint(high: 0, low: number, port: 5577) }

    private func errand(_ boxes: [[UInt64]], code: String = "7K9M-QX2W") throws -> PairingErrand {
        PairingErrand(
            try PairingCode(typed: code), at: boxes.map { .init($0.map(place)) },
            card: try card("office"), suites: OfferedSuites(withAES: true), rounds: 1)
    }

    private enum Seen: Equatable {
        case waits, connects(UInt64), sends(Int), pairs(UInt64)
        case fails(PairingErrand.Failure)

        init(_ step: consuming PairingErrand.Step) {
            switch consume step {
            case .wait: self = .waits
            case .connect(let place): self = .connects(place.low)
            case .send(let bytes): self = .sends(bytes.count)
            case .paired(_, at: let place): self = .pairs(place.low)
            case .failed(let failure): self = .fails(failure)
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

    private func sent(_ step: consuming PairingErrand.Step) -> [UInt8] {
        if case .send(let bytes) = consume step { bytes } else { [] }
    }

    @Test func theAddressesOfABoxAreTriedUntilOneConnects() throws {
        var errand = try errand([[1, 2, 3]])
        var seen = [Seen(errand.begin(at: start))]
        let soon = errand.deadline
        #expect(soon == start + .seconds(4))
        seen.append(Seen(errand.left(at: start)))
        seen.append(Seen(errand.tick(at: start + .seconds(3))))
        seen.append(Seen(errand.tick(at: start + .seconds(4))))
        seen.append(Seen(errand.connected(at: start + .seconds(5))))
        #expect(seen == [.connects(1), .connects(2), .waits, .connects(3), .sends(1270)])
        let later = errand.deadline
        #expect(later == start + .seconds(15))
        // It has said P1 there: another address of the same box would be another guess.
        let silent = Seen(errand.tick(at: start + .seconds(15)))
        let never = errand.deadline
        #expect(silent == .fails(.gone) && never == nil)
    }

    @Test func oneAddressGetsTheWholeTime() throws {
        var errand = try errand([[1]])
        _ = errand.begin(at: start)
        let deadline = errand.deadline
        #expect(deadline == start + .seconds(10))
        let end = Seen(errand.tick(at: start + .seconds(10)))
        #expect(end == .fails(.unreachable))
    }

    @Test func withoutABoxThereIsNothingToDo() throws {
        for boxes in [[], [[]], [[], []]] as [[[UInt64]]] {
            var errand = try errand(boxes)
            let end = Seen(errand.begin(at: start))
            #expect(end == .fails(.unreachable))
        }
    }

    /// Each box gets one guess at the code, and three boxes at most get one.
    @Test func threeBoxesGetAGuessEachAndNoMore() throws {
        var errand = try errand([[1], [2], [3], [4], [5]])
        var seen = [Seen(errand.begin(at: start))]
        var firsts: [[UInt8]] = []
        for _ in 0..<3 {
            let first = sent(errand.connected(at: start))
            firsts.append(first)
            let second = try answer(first, code: "0000-0000")
            seen.append(Seen(errand.take(second.span, at: start)))
        }
        #expect(
            seen == [.connects(1), .connects(2), .connects(3), .fails(.refused(.code))])
        // Nothing of one run of SPAKE2 is used in another.
        #expect(Set(firsts.map { Array($0[5..<86]) }).count == 3)
        let after = Seen(errand.left(at: start))
        #expect(after == .waits)
    }

    @Test func theBoxThatHasTheCodeIsFoundAmongOthers() throws {
        var errand = try errand([[1], [2]])
        _ = errand.begin(at: start)
        let wrong = try answer(sent(errand.connected(at: start)), code: "0000-0000")
        let next = Seen(errand.take(wrong.span, at: start))
        #expect(next == .connects(2))
        var side = ShowingSide(
            code: try PairingCode(typed: "7K9M-QX2W"), suites: OfferedSuites(withAES: true),
            card: try card("kitchen"), rounds: 1)
        let second = Outcome(sent(errand.connected(at: start)), to: &side).sent
        let third = sent(errand.take(second.span, at: start))
        let fourth = Outcome(third, to: &side).sent
        let end = Seen(errand.take(fourth.span, at: start))
        let deadline = errand.deadline
        #expect(end == .pairs(2) && deadline == nil)
    }

    @Test func theMostTellingOfTheFailuresIsTold() throws {
        var errand = try errand([[1], [2], [3]])
        _ = errand.begin(at: start)
        let wrong = try answer(sent(errand.connected(at: start)), code: "0000-0000")
        _ = errand.take(wrong.span, at: start)
        _ = errand.left(at: start)
        _ = errand.connected(at: start)
        let end = Seen(errand.take([0x47].span, at: start))
        #expect(end == .fails(.refused(.code)))
    }

    @Test func whoDeclinesAfterTheProofIsKnownByThat() throws {
        var errand = try errand([[1]])
        _ = errand.begin(at: start)
        let second = try answer(sent(errand.connected(at: start)), code: "7K9M-QX2W")
        let third = Seen(errand.take(second.span, at: start))
        let end = Seen(errand.left(at: start))
        #expect(third == .sends(131) && end == .fails(.declined))
    }

    @Test func lateBytesOfAnEndedErrandAreNothing() throws {
        var errand = try errand([[1]])
        _ = errand.begin(at: start)
        _ = errand.left(at: start)
        let seen = [
            Seen(errand.take([1].span, at: start)), Seen(errand.connected(at: start)),
            Seen(errand.tick(at: start + .seconds(100))),
        ]
        #expect(seen == [.waits, .waits, .waits])
    }
}
