import Testing
import Wire

@testable import Crypto
@testable import Peering

/// The side on which a code was typed.
@Suite struct PairingEnteringTests {
    private let entering = TestedPairing()

    private func begin(_ boxes: [[UInt64]]) throws -> Outcome {
        try entering.enter(
            "7K9M-QX2W", at: boxes.map { $0.map { Endpoint(high: 0, low: $0, port: 5577) } })
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
        var seen = [try begin([[1, 2, 3]])]
        #expect(entering.deadline == .seconds(4))
        seen.append(entering.ended())
        for second in [3, 4] {
            entering.time = .seconds(second)
            seen.append(entering.tick())
        }
        entering.time = .seconds(5)
        #expect(entering.connected().sent.count == 1270)
        #expect(seen == [.connects(1), .connects(2), .waits, .connects(3)])
        #expect(entering.deadline == .seconds(15))
        // It has said P1 there: another address of the same box would be another guess.
        entering.time = .seconds(15)
        #expect(entering.tick() == .failed(.silent(isProved: false)) && entering.deadline == nil)
    }

    @Test func oneAddressGetsTheWholeTime() throws {
        _ = try begin([[1]])
        #expect(entering.deadline == .seconds(10))
        entering.time = .seconds(10)
        #expect(entering.tick() == .failed(.unreachable))
    }

    @Test(arguments: [[], [[]], [[], []]] as [[[UInt64]]])
    func withoutABoxThereIsNothingToDo(boxes: [[UInt64]]) throws {
        #expect(try begin(boxes) == .failed(.unreachable))
    }

    /// Each box gets one guess at the code, and three boxes at most get one.
    @Test func threeBoxesGetAGuessEachAndNoMore() throws {
        var seen = [try begin([[1], [2], [3], [4], [5]])]
        var firsts: Set<[UInt8]> = []
        for _ in 0..<3 {
            let first = entering.connected().sent
            firsts.insert(Array(first[5..<86]))
            seen.append(entering.receive(try answer(first, code: "0000-0000")))
        }
        #expect(seen == [.connects(1), .connects(2), .connects(3), .failed(.refused(.code))])
        // Nothing of one run of SPAKE2 is used in another.
        #expect(firsts.count == 3)
        #expect(entering.ended() == .waits)
    }

    @Test func theBoxThatHasTheCodeIsFoundAmongOthers() throws {
        _ = try begin([[1], [2]])
        let wrong = try answer(entering.connected().sent, code: "0000-0000")
        #expect(entering.receive(wrong) == .connects(2))
        var side = try showing("7K9M-QX2W")
        let second = Outcome(entering.connected().sent, to: &side).sent
        let fourth = Outcome(entering.receive(second).sent, to: &side).sent
        #expect(entering.receive(fourth).peer == "kitchen" && entering.deadline == nil)
    }

    @Test func theMostTellingOfTheFailuresIsTold() throws {
        _ = try begin([[1], [2], [3]])
        _ = entering.receive(try answer(entering.connected().sent, code: "0000-0000"))
        _ = entering.ended()
        _ = entering.connected()
        #expect(entering.receive([0x47]) == .failed(.refused(.code)))
    }

    @Test func whoDeclinesAfterTheProofIsKnownByThat() throws {
        _ = try begin([[1]])
        let second = try answer(entering.connected().sent, code: "7K9M-QX2W")
        #expect(entering.receive(second).sent.count == 131)
        #expect(entering.ended() == .failed(.declined))
    }

    @Test func whoFallsSilentAfterTheProofDoesNotDecline() throws {
        _ = try begin([[1]])
        let second = try answer(entering.connected().sent, code: "7K9M-QX2W")
        #expect(entering.receive(second).sent.count == 131)
        entering.time = .seconds(10)
        #expect(entering.tick() == .failed(.silent(isProved: true)))
    }

    @Test func lateBytesOfAPairingInVainAreNothing() throws {
        _ = try begin([[1]])
        _ = entering.ended()
        #expect(entering.receive([1]) == .waits && entering.connected() == .waits)
        entering.time = .seconds(100)
        #expect(entering.tick() == .waits)
    }
}
