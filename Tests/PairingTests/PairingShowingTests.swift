import Seeds
import Testing
import Wire

@testable import Crypto
@testable import Peering

/// The side that shows a code.
@Suite struct PairingShowingTests {
    private let showing = TestedPairing()

    init() throws { #expect(try showing.show() == .seconds(120)) }

    private func side(_ typed: String = "7K9M-QX2W") throws -> EnteringSide {
        EnteringSide(
            code: try PairingCode(typed: typed), suites: OfferedSuites(withAES: true),
            card: try card("office"), rounds: 1)
    }

    /// Lets a station connect, and takes it as far as its proof.
    private func prove(_ side: inout EnteringSide) -> Outcome {
        showing.accept()
        let second = showing.receive(side.first).sent
        return showing.receive(Outcome(second, to: &side).sent)
    }

    @Test func aCodeIsGoodForTwoMinutes() {
        #expect(showing.deadline == .seconds(120))
        showing.time = .seconds(119)
        #expect(showing.tick() == .waits && showing.hasRoom)
        showing.time = .seconds(120)
        #expect(showing.tick() == .failed(.timedOut) && !showing.hasRoom)
        showing.time = .seconds(121)
        #expect(showing.deadline == nil && showing.tick() == .waits)
    }

    @Test func whatSaysNothingIsGivenUpSoonAndIsNoAttempt() {
        for number in 0..<50 {
            showing.time = .seconds(2 * number)
            #expect(showing.hasRoom)
            showing.accept()
            #expect(!showing.hasRoom)
            showing.time += .milliseconds(500)
            #expect(showing.deadline == showing.time)
            #expect(showing.tick() == .failed(.stranger))
        }
        showing.time = .seconds(110)
        #expect(showing.deadline != nil)
    }

    /// A slow sender of single bytes gets as long as one that says nothing.
    @Test func theWholeMessageMustComeInTimeNotEachByte() throws {
        showing.accept()
        for byte in try side().first.prefix(19) {
            showing.time += .milliseconds(20)
            #expect(showing.receive([byte]) == .waits)
        }
        showing.time = .milliseconds(500)
        #expect(showing.tick() == .failed(.stranger))
    }

    @Test func whoeverCameInTimeMayFinishAfterTheTwoMinutes() throws {
        var side = try side()
        showing.time = .seconds(119)
        showing.accept()
        let second = showing.receive(side.first).sent
        showing.time = .seconds(128)
        #expect(showing.tick() == .waits && !showing.hasRoom)
        let third = Outcome(second, to: &side).sent
        #expect(showing.receive(third) == .prepares("office"))
        #expect(Outcome(showing.admit(), to: &side).peer == "kitchen")
        showing.time = .seconds(137)
        #expect(showing.ended(isInOrder: true).peer == "office" && showing.deadline == nil)
    }

    @Test func anEndInOrderBeforeP4StoresNobody() throws {
        var side = try side()
        #expect(prove(&side) == .prepares("office"))
        let left = PairingWindow.unfinishedMost - 1
        #expect(showing.ended(isInOrder: true) == .failed(.unfinished(left: left, isSilent: false)))
    }

    @Test func threeWrongCodesBurnTheRightOneHoweverTheyEnd() throws {
        for (number, left) in [2, 1, 0].enumerated() {
            showing.accept()
            let first = try side("0000-000\(number)").first
            #expect(showing.receive(first).sent.count == 1206)
            // Silent, closed in order, broken.
            if number == 0 { showing.time = .seconds(10) }
            let end = number == 0 ? showing.tick() : showing.ended(isInOrder: number == 1)
            #expect(end == .failed(.wrongCode(left: left)))
        }
        #expect(showing.deadline == nil && !showing.hasRoom)
        // A button must wait; a person at a screen need not.
        showing.time = .seconds(69)
        #expect(try showing.show("123456", isAtScreen: false) == nil)
        #expect(try showing.show() == .seconds(189))
    }

    @Test func garbageIsNoAttemptAndTheCodeIsNotStretchedForIt() throws {
        let whole = try side().first
        var offCurve = whole
        offCurve[30] ^= 1
        var identity = whole
        identity.replaceSubrange(21..<86, with: [UInt8](repeating: 0, count: 65))
        var unreduced = whole
        unreduced.replaceSubrange(86..<89, with: [0xFF, 0xFF, 0xFF])
        var suites = whole
        suites[4] = 0
        var version = whole
        version[3] = 2
        for garbage in [
            [0x47], [4, 0xF4, 6], whole + [0], offCurve, identity, unreduced, suites, version,
        ] {
            let showing = TestedPairing()
            _ = try showing.show()
            for _ in 0..<10 {
                showing.accept()
                #expect(showing.receive(garbage) == .failed(.stranger))
            }
            for bytes in [garbage, whole] {
                var stretched = 0
                var side = ShowingSide(
                    code: try PairingCode(typed: "7K9M-QX2W"),
                    suites: OfferedSuites(withAES: true), card: try card("kitchen"), rounds: 1)
                let nonce = Key.random(), randomness = Key.random()
                _ = try? side.receive(bytes.span, nonce: nonce, randomness: randomness) {
                    password in
                    stretched += 1
                    return SPAKE2(.b, password: password)
                }
                #expect(stretched == (bytes == whole ? 1 : 0))
            }
        }
    }

    /// Breaking off with the code is no guess at it, but costs a stretching each time.
    @Test func theCodeStaysGoodForFourThatHaveItAndBreakOff() throws {
        for left in [4, 3, 2, 1, 0] {
            showing.time = .milliseconds(10 * (5 - left))
            #expect(showing.hasRoom)
            var side = try side()
            #expect(prove(&side) == .prepares("office"))
            _ = showing.admit()
            #expect(showing.ended() == .failed(.unfinished(left: left, isSilent: false)))
        }
        #expect(showing.deadline == nil && !showing.hasRoom)
        // None of that was an attempt without the code, so no code rests.
        #expect(try showing.show("123456", isAtScreen: false) != nil)
    }

    @Test func aStationThatHasTheCodeAndFallsSilentIsToldFromOneThatBreaksOff() throws {
        var side = try side()
        #expect(prove(&side) == .prepares("office"))
        _ = showing.admit()
        showing.time = .seconds(11)
        #expect(showing.tick() == .failed(.unfinished(left: 4, isSilent: true)))
        #expect(showing.hasRoom)
    }

    /// A stream a turn of the control loop would keep it busy.
    @Test func oneStreamIsTakenInTenMilliseconds() {
        showing.accept()
        #expect(showing.receive([9, 9, 9]) == .failed(.stranger))
        for (ms, hasRoom, deadline) in [(0, false, 10), (9, false, 10), (10, true, 120_000)] {
            showing.time = .milliseconds(ms)
            #expect(showing.hasRoom == hasRoom && showing.deadline == .milliseconds(deadline))
        }
    }

    @Test func whoIsRefusedUsesTheCodeUp() throws {
        var side = try side()
        _ = prove(&side)
        showing.core.close()
        #expect(showing.deadline == nil && !showing.hasRoom)
        #expect(showing.ended(isInOrder: true) == .waits)
    }

    @Test func twoCodesAreNeverShownAtOnce() throws {
        #expect(try showing.show() == nil)
        showing.core.close()
        #expect(try showing.show() != nil)
    }

    @Test func randomBytesNeverPair() throws {
        let seed = testSeed()
        var chance = SplitMix64(seed: seed)
        let whole = try side("0000-0000").first
        var showing = showing
        for _ in 0..<20_000 {
            showing.time += .milliseconds(Int(chance.next() % 500))
            if chance.next() % 4 == 0 { _ = showing.tick() }
            if showing.deadline == nil {
                showing = TestedPairing()
                _ = try showing.show()
            }
            if showing.hasRoom { showing.accept() }
            let count = Int(chance.next() % 300)
            let from = Int(chance.next() % UInt64(whole.count - count))
            let bytes =
                chance.next() % 2 == 0
                ? Array(whole[from..<from + count])
                : (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            switch showing.receive(bytes) {
            case .prepares, .paired: Issue.record("seed \(seed)")
            default: break
            }
        }
    }
}
