import Seeds
import Testing
import Time
import Wire

@testable import Crypto
@testable import Peering

/// The side that shows a code.
@Suite struct PairingShowingTests {
    private let start = Meeting.start

    private func showing() throws -> Pairing {
        var showing = Pairing(suites: OfferedSuites(withAES: true), rounds: 1)
        let end = showing.show(
            try PairingCode(typed: "7K9M-QX2W"), as: try card("kitchen"), isAtScreen: true,
            at: start)
        #expect(end == start + .seconds(120))
        return showing
    }

    private func side(_ typed: String, _ name: String = "office") throws -> EnteringSide {
        EnteringSide(
            code: try PairingCode(typed: typed), suites: OfferedSuites(withAES: true),
            card: try card(name), rounds: 1)
    }

    private func end(_ step: consuming Pairing.Step) -> Outcome { .init(step) }

    /// Lets a station connect, and takes it as far as its proof.
    private func prove(
        _ side: inout EnteringSide, to showing: inout Pairing, at now: Instant
    ) -> Outcome {
        showing.accepted(at: now)
        let second = end(showing.receive(side.first.span, at: now))
        let third = Outcome(second.sent, to: &side)
        return end(showing.receive(third.sent.span, at: now))
    }

    @Test func aCodeIsGoodForTwoMinutes() throws {
        var showing = try showing()
        let deadline = showing.deadline(at: start)
        #expect(deadline == start + .seconds(120))
        let early = end(showing.tick(at: start + .seconds(119)))
        let isOpen = showing.hasRoom(at: start + .seconds(119))
        #expect(early == .waits && isOpen)
        let late = end(showing.tick(at: start + .seconds(120)))
        let isStillOpen = showing.hasRoom(at: start + .seconds(120))
        #expect(late == .failed(.timedOut) && !isStillOpen)
        let next = showing.deadline(at: start + .seconds(121))
        #expect(next == nil)
        let after = end(showing.tick(at: start + .seconds(121)))
        #expect(after == .waits)
    }

    @Test func whatSaysNothingIsGivenUpSoonAndIsNoAttempt() throws {
        var showing = try showing()
        for number in 0..<50 {
            let now = start + .seconds(2 * number)
            let before = showing.hasRoom(at: now)
            showing.accepted(at: now)
            let (after, deadline) = (showing.hasRoom(at: now), showing.deadline(at: now))
            #expect(before && !after && deadline == now + .milliseconds(500))
            let given = end(showing.tick(at: now + .milliseconds(500)))
            #expect(given == .failed(.stranger))
        }
        let deadline = showing.deadline(at: start + .seconds(110))
        #expect(deadline != nil)
    }

    /// A slow sender of single bytes gets as long as one that says nothing.
    @Test func theWholeMessageMustComeInTimeNotEachByte() throws {
        var showing = try showing()
        let side = try side("7K9M-QX2W")
        showing.accepted(at: start)
        var now = start
        for byte in side.first.prefix(19) {
            now = now + .milliseconds(20)
            let step = end(showing.receive([byte].span, at: now))
            #expect(step == .waits)
        }
        let given = end(showing.tick(at: start + .milliseconds(500)))
        #expect(given == .failed(.stranger))
    }

    @Test func whoeverCameInTimeMayFinishAfterTheTwoMinutes() throws {
        var showing = try showing()
        var side = try side("7K9M-QX2W")
        var now = start + .seconds(119)
        showing.accepted(at: now)
        let second = end(showing.receive(side.first.span, at: now)).sent
        now = now + .seconds(9)
        let still = end(showing.tick(at: now))
        let hasRoom = showing.hasRoom(at: now)
        #expect(still == .waits && !hasRoom)
        let third = Outcome(second, to: &side).sent
        let proved = end(showing.receive(third.span, at: now))
        #expect(proved == .prepares("office"))
        let fourth = Outcome(showing.admit(at: now), to: &side)
        let result = end(showing.ended(isInOrder: true, at: now + .seconds(9)))
        #expect(fourth.peer == "kitchen" && result.peer == "office")
        let deadline = showing.deadline(at: now)
        #expect(deadline == nil)
    }

    @Test func anEndInOrderBeforeP4StoresNobody() throws {
        var showing = try showing()
        var side = try side("7K9M-QX2W")
        let proved = prove(&side, to: &showing, at: start)
        #expect(proved == .prepares("office"))
        let end = end(showing.ended(isInOrder: true, at: start))
        #expect(end == .failed(.unfinished(left: PairingWindow.unfinishedMost - 1)))
    }

    @Test func threeWrongCodesBurnTheRightOneHoweverTheyEnd() throws {
        var showing = try showing()
        for (number, left) in [2, 1, 0].enumerated() {
            let side = try side("0000-000\(number)")
            showing.accepted(at: start)
            let second = end(showing.receive(side.first.span, at: start))
            #expect(second.sent.count == 1206)
            // Silent, closed in order, broken.
            let end =
                number == 0
                ? self.end(showing.tick(at: start + .seconds(10)))
                : self.end(showing.ended(isInOrder: number == 1, at: start))
            #expect(end == .failed(.wrongCode(left: left)))
        }
        let (deadline, hasRoom) = (showing.deadline(at: start), showing.hasRoom(at: start))
        #expect(deadline == nil && !hasRoom)
        // A button must wait; a person at a screen need not.
        let button = showing.show(
            .randomDigits(), as: try card("kitchen"), isAtScreen: false, at: start + .seconds(59))
        #expect(button == nil)
        let screen = showing.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(screen == start + .seconds(120))
    }

    @Test func garbageIsNoAttemptAndTheCodeIsNotStretchedForIt() throws {
        let whole = try side("7K9M-QX2W").first
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
            var showing = try showing()
            for _ in 0..<10 {
                showing.accepted(at: start)
                let end = end(showing.receive(garbage.span, at: start))
                #expect(end == .failed(.stranger))
            }
            var stretched = 0
            var side = ShowingSide(
                code: try PairingCode(typed: "7K9M-QX2W"), suites: OfferedSuites(withAES: true),
                card: try card("kitchen"), rounds: 1)
            for bytes in [garbage, whole] {
                let nonce = Key.random(), randomness = Key.random()
                _ = try? side.receive(bytes.span, nonce: nonce, randomness: randomness) {
                    password in
                    stretched += 1
                    return SPAKE2(.b, password: password)
                }
                #expect(stretched == (bytes == whole ? 1 : 0))
                side = ShowingSide(
                    code: try PairingCode(typed: "7K9M-QX2W"),
                    suites: OfferedSuites(withAES: true), card: try card("kitchen"), rounds: 1)
            }
        }
    }

    /// Breaking off with the code is no guess at it, but costs a stretching each time.
    @Test func theCodeStaysGoodForFourThatHaveItAndBreakOff() throws {
        var showing = try showing()
        for left in [4, 3, 2, 1, 0] {
            let now = start + .milliseconds(10 * (5 - left))
            let before = showing.hasRoom(at: now)
            #expect(before)
            var side = try side("7K9M-QX2W")
            let proved = prove(&side, to: &showing, at: now)
            #expect(proved == .prepares("office"))
            _ = showing.admit(at: now)
            let end = end(showing.ended(isInOrder: false, at: now))
            #expect(end == .failed(.unfinished(left: left)))
        }
        let (deadline, hasRoom) = (showing.deadline(at: start), showing.hasRoom(at: start))
        #expect(deadline == nil && !hasRoom)
        // None of that was an attempt without the code, so no code rests.
        let button = showing.show(
            .randomDigits(), as: try card("kitchen"), isAtScreen: false, at: start)
        #expect(button != nil)
    }

    /// A stream a turn of the control loop would keep it busy.
    @Test func oneStreamIsTakenInTenMilliseconds() throws {
        var showing = try showing()
        showing.accepted(at: start)
        let given = end(showing.receive([9, 9, 9].span, at: start))
        #expect(given == .failed(.stranger))
        let rooms = [0, 9, 10].map { showing.hasRoom(at: start + .milliseconds($0)) }
        #expect(rooms == [false, false, true])
        let deadlines = [0, 10].map { showing.deadline(at: start + .milliseconds($0)) }
        #expect(deadlines == [start + .milliseconds(10), start + .seconds(120)])
    }

    @Test func whoIsRefusedUsesTheCodeUp() throws {
        var showing = try showing()
        var side = try side("7K9M-QX2W")
        _ = prove(&side, to: &showing, at: start)
        showing.close()
        let (deadline, hasRoom) = (showing.deadline(at: start), showing.hasRoom(at: start))
        #expect(deadline == nil && !hasRoom)
        let nobody = end(showing.ended(isInOrder: true, at: start))
        #expect(nobody == .waits)
    }

    @Test func twoCodesAreNeverShownAtOnce() throws {
        var showing = try showing()
        let second = showing.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(second == nil)
        showing.close()
        let third = showing.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(third != nil)
    }

    @Test func randomBytesNeverPair() throws {
        let seed = testSeed()
        var chance = SplitMix64(seed: seed)
        let whole = try side("0000-0000").first
        var showing = try showing()
        var now = start
        for _ in 0..<20_000 {
            now = now + .milliseconds(Int(chance.next() % 500))
            if chance.next() % 4 == 0 { _ = showing.tick(at: now) }
            if showing.deadline(at: now) == nil {
                showing = try self.showing()
                now = start
            }
            if showing.hasRoom(at: now) { showing.accepted(at: now) }
            let count = Int(chance.next() % 300)
            let from = Int(chance.next() % UInt64(whole.count - count))
            let bytes =
                chance.next() % 2 == 0
                ? Array(whole[from..<from + count])
                : (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            switch showing.receive(bytes.span, at: now) {
            case .prepare: Issue.record("seed \(seed)")
            case .paired: Issue.record("seed \(seed)")
            default: break
            }
        }
    }
}
