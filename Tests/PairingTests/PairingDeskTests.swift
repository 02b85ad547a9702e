import Seeds
import Testing
import Time
import Wire

@testable import Crypto
@testable import Peering

@Suite struct PairingDeskTests {
    private let start = Meeting.start

    private func desk() throws -> PairingDesk {
        var desk = PairingDesk(suites: OfferedSuites(withAES: true), rounds: 1)
        let end = desk.show(
            try PairingCode(typed: "7K9M-QX2W"), as: try card("kitchen"), isAtScreen: true,
            at: start)
        #expect(end == start + .seconds(120))
        return desk
    }

    private func side(_ typed: String, _ name: String = "office") throws -> EnteringSide {
        EnteringSide(
            code: try PairingCode(typed: typed), suites: OfferedSuites(withAES: true),
            card: try card(name), rounds: 1)
    }

    private func end(_ tick: consuming PairingDesk.Tick) -> Meeting.DeskEnd {
        switch consume tick {
        case .nothing: .none
        case .over(let result): .init(result)
        case .timedOut: .timedOut
        }
    }

    private func sent(_ step: consuming PairingDesk.Step) -> [UInt8]? {
        if case .send(let bytes) = consume step { bytes } else { nil }
    }

    @Test func aCodeIsGoodForTwoMinutes() throws {
        var desk = try desk()
        let deadline = desk.deadline(at: start)
        #expect(deadline == start + .seconds(120))
        let early = end(desk.tick(at: start + .seconds(119)))
        let isOpen = desk.hasRoom(at: start + .seconds(119))
        #expect(early == .none && isOpen)
        let late = end(desk.tick(at: start + .seconds(120)))
        let isStillOpen = desk.hasRoom(at: start + .seconds(120))
        #expect(late == .timedOut && !isStillOpen)
        let (isShowing, next) = (desk.isShowing, desk.deadline(at: start + .seconds(121)))
        #expect(!isShowing && next == nil)
        let after = end(desk.tick(at: start + .seconds(121)))
        #expect(after == .none)
    }

    @Test func whatSaysNothingIsGivenUpSoonAndIsNoAttempt() throws {
        var desk = try desk()
        for number in 0..<50 {
            let now = start + .seconds(2 * number)
            let before = desk.hasRoom(at: now)
            desk.enter(at: now)
            let (after, deadline) = (desk.hasRoom(at: now), desk.deadline(at: now))
            #expect(before && !after && deadline == now + .milliseconds(500))
            let given = end(desk.tick(at: now + .milliseconds(500)))
            #expect(given == .stranger)
        }
        let isShowing = desk.isShowing
        #expect(isShowing)
    }

    /// A slow sender of single bytes gets as long as one that says nothing.
    @Test func theWholeMessageMustComeInTimeNotEachByte() throws {
        var desk = try desk()
        let side = try side("7K9M-QX2W")
        desk.enter(at: start)
        var now = start
        for byte in side.first.prefix(19) {
            now = now + .milliseconds(20)
            let step = sent(desk.take([byte].span, at: now))
            #expect(step == nil)
        }
        let given = end(desk.tick(at: start + .milliseconds(500)))
        #expect(given == .stranger)
    }

    @Test func whoeverCameInTimeMayFinishAfterTheTwoMinutes() throws {
        var desk = try desk()
        var side = try side("7K9M-QX2W")
        var now = start + .seconds(119)
        desk.enter(at: now)
        let second = sent(desk.take(side.first.span, at: now)) ?? []
        now = now + .seconds(9)
        let still = end(desk.tick(at: now))
        let hasRoom = desk.hasRoom(at: now)
        #expect(still == .none && !hasRoom)
        let third = Outcome(second, to: &side).sent
        guard case .judge(let guest, _) = desk.take(third.span, at: now) else {
            Issue.record("the code was right")
            return
        }
        #expect(guest.name == "office")
        let fourth = desk.admit(at: now)
        guard case .paired = Outcome(fourth, to: &side) else {
            Issue.record("not paired")
            return
        }
        guard let result = desk.left(isInOrder: true, at: now + .seconds(9)) else {
            Issue.record("nobody was there")
            return
        }
        guard case .paired("office", _, psk: _) = Meeting.DeskEnd(result) else {
            Issue.record("not paired")
            return
        }
        let isShowing = desk.isShowing
        #expect(!isShowing)
    }

    @Test func anEndInOrderBeforeP4StoresNobody() throws {
        var desk = try desk()
        var side = try side("7K9M-QX2W")
        desk.enter(at: start)
        let second = sent(desk.take(side.first.span, at: start)) ?? []
        let third = Outcome(second, to: &side).sent
        guard case .judge = desk.take(third.span, at: start),
            let result = desk.left(isInOrder: true, at: start)
        else {
            Issue.record("the code was right")
            return
        }
        let end = Meeting.DeskEnd(result)
        #expect(end == .unfinished(left: PairingWindow.unfinishedMost - 1))
    }

    @Test func threeWrongCodesBurnTheRightOneHoweverTheyEnd() throws {
        var desk = try desk()
        for (number, left) in [2, 1, 0].enumerated() {
            let side = try side("0000-000\(number)")
            desk.enter(at: start)
            let second = sent(desk.take(side.first.span, at: start))
            #expect(second?.count == 1206)
            // Silent, closed in order, broken.
            let end: Meeting.DeskEnd
            switch number {
            case 0: end = self.end(desk.tick(at: start + .seconds(10)))
            default:
                guard let result = desk.left(isInOrder: number == 1, at: start) else {
                    Issue.record("nobody was there")
                    return
                }
                end = .init(result)
            }
            #expect(end == .wrongCode(left: left))
        }
        let (isShowing, hasRoom) = (desk.isShowing, desk.hasRoom(at: start))
        #expect(!isShowing && !hasRoom)
        // A button must wait; a person at a screen need not.
        let button = desk.show(
            .randomDigits(), as: try card("kitchen"), isAtScreen: false, at: start + .seconds(59))
        #expect(button == nil)
        let screen = desk.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(screen == start + .seconds(120))
    }

    @Test func garbageIsNoAttemptAndTheCodeIsNotStretchedForIt() throws {
        let whole = try side("7K9M-QX2W").first
        var offCurve = whole
        offCurve[30] ^= 1
        var unreduced = whole
        unreduced.replaceSubrange(86..<89, with: [0xFF, 0xFF, 0xFF])
        var suites = whole
        suites[4] = 0
        var version = whole
        version[3] = 2
        for garbage in [[0x47], [4, 0xF4, 6], whole + [0], offCurve, unreduced, suites, version] {
            var desk = try desk()
            for _ in 0..<10 {
                desk.enter(at: start)
                guard case .over(let result) = desk.take(garbage.span, at: start) else {
                    Issue.record("it was taken")
                    return
                }
                let end = Meeting.DeskEnd(result)
                #expect(end == .stranger)
            }
            var stretched = 0
            var side = ShowingSide(
                code: try PairingCode(typed: "7K9M-QX2W"), suites: OfferedSuites(withAES: true),
                card: try card("kitchen"), rounds: 1)
            for bytes in [garbage, whole] {
                let nonce = Key.random(), randomness = Key.random()
                _ = try? side.take(bytes.span, nonce: nonce, randomness: randomness) { password in
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
        var desk = try desk()
        for left in [4, 3, 2, 1, 0] {
            let now = start + .milliseconds(10 * (5 - left))
            let before = desk.hasRoom(at: now)
            #expect(before)
            var side = try side("7K9M-QX2W")
            desk.enter(at: now)
            let second = sent(desk.take(side.first.span, at: now)) ?? []
            let third = Outcome(second, to: &side).sent
            guard case .judge = desk.take(third.span, at: now) else {
                Issue.record("the code was right")
                return
            }
            _ = desk.admit(at: now)
            guard let result = desk.left(isInOrder: false, at: now) else { return }
            let end = Meeting.DeskEnd(result)
            #expect(end == .unfinished(left: left))
        }
        let (isShowing, hasRoom) = (desk.isShowing, desk.hasRoom(at: start))
        #expect(!isShowing && !hasRoom)
        // None of that was an attempt without the code, so no code rests.
        let button = desk.show(
            .randomDigits(), as: try card("kitchen"), isAtScreen: false, at: start)
        #expect(button != nil)
    }

    /// A stream a turn of the control loop would keep it busy.
    @Test func oneStreamIsTakenInTenMilliseconds() throws {
        var desk = try desk()
        desk.enter(at: start)
        let given = desk.take([9, 9, 9].span, at: start)
        if case .over(.stranger) = consume given {} else { Issue.record("that was a station") }
        let rooms = [0, 9, 10].map { desk.hasRoom(at: start + .milliseconds($0)) }
        #expect(rooms == [false, false, true])
        let deadlines = [0, 10].map { desk.deadline(at: start + .milliseconds($0)) }
        #expect(deadlines == [start + .milliseconds(10), start + .seconds(120)])
    }

    @Test func whoIsRefusedUsesTheCodeUp() throws {
        var desk = try desk()
        var side = try side("7K9M-QX2W")
        desk.enter(at: start)
        let second = sent(desk.take(side.first.span, at: start)) ?? []
        _ = desk.take(Outcome(second, to: &side).sent.span, at: start)
        desk.refuse()
        let (isShowing, hasRoom) = (desk.isShowing, desk.hasRoom(at: start))
        #expect(!isShowing && !hasRoom)
        let nobody = desk.left(isInOrder: true, at: start) == nil
        #expect(nobody)
    }

    @Test func twoCodesAreNeverShownAtOnce() throws {
        var desk = try desk()
        let second = desk.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(second == nil)
        desk.close()
        let third = desk.show(.random(), as: try card("kitchen"), isAtScreen: true, at: start)
        #expect(third != nil)
    }

    @Test func randomBytesNeverPair() throws {
        let seed = testSeed()
        var chance = SplitMix(seed)
        let whole = try side("0000-0000").first
        var desk = try desk()
        var now = start
        for _ in 0..<20_000 {
            now = now + .milliseconds(Int(chance.next() % 500))
            if chance.next() % 4 == 0 { _ = desk.tick(at: now) }
            if !desk.isShowing {
                desk = try self.desk()
                now = start
            }
            if desk.hasRoom(at: now) { desk.enter(at: now) }
            let count = Int(chance.next() % 300)
            let from = Int(chance.next() % UInt64(whole.count - count))
            let bytes =
                chance.next() % 2 == 0
                ? Array(whole[from..<from + count])
                : (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            switch desk.take(bytes.span, at: now) {
            case .judge: Issue.record("seed \(seed)")
            case .over(let result):
                if case .paired = Meeting.DeskEnd(result) { Issue.record("seed \(seed)") }
            default: break
            }
        }
    }
}
