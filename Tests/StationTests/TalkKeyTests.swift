import Seeds
import Station
import Testing
import Time

@Suite struct TalkKeyTests {
    let start = Instant(nanoseconds: 0)

    func key(
        _ mode: TalkKey.Mode, debounce: Duration = .zero, tail: Duration = .zero,
        isDown: Bool = false
    ) -> TalkKey {
        TalkKey(
            .init(mode: mode, debounce: debounce, tail: tail, talkMax: .seconds(60)), isDown: isDown
        )
    }

    func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

    @Test func momentaryTalksWhileHeld() {
        var key = key(.momentary)
        #expect(key.handle(.level(isDown: true), at: at(0)) == .openMicrophone)
        #expect(key.isTalking)
        #expect(key.handle(.level(isDown: false), at: at(900)) == .closeMicrophone)
        #expect(!key.isTalking)
    }

    @Test func tailKeepsTheLastSyllableAndAnotherPressGoesOn() {
        var key = key(.momentary, tail: .milliseconds(150))
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.handle(.level(isDown: false), at: at(1000)) == nil)
        #expect(key.deadline == at(1150))
        #expect(key.handle(.level(isDown: true), at: at(1100)) == nil)
        #expect(key.handle(.level(isDown: false), at: at(2000)) == nil)
        #expect(key.handle(.tick, at: at(2149)) == nil)
        #expect(key.handle(.tick, at: at(2150)) == .closeMicrophone)
    }

    @Test func jammedKeyStopsAtTheLimitAndMustBeLetGo() {
        var key = key(.momentary)
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.deadline == at(60_000))
        #expect(key.handle(.tick, at: at(59_999)) == nil)
        #expect(key.handle(.tick, at: at(60_000)) == .timeOut)
        #expect(key.handle(.level(isDown: true), at: at(61_000)) == nil)
        #expect(key.handle(.level(isDown: false), at: at(70_000)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(71_000)) == .openMicrophone)
    }

    @Test(arguments: [TalkKey.Mode.momentary, .latch, .smart])
    func heldAtTheStartDoesNotTalk(mode: TalkKey.Mode) {
        var key = key(mode, debounce: .milliseconds(5), isDown: true)
        #expect(!key.isTalking)
        #expect(key.handle(.tick, at: at(5)) == nil)
        expectThatATremblingFingerChangesNothing(&key, from: 500)
        #expect(key.handle(.level(isDown: false), at: at(1000)) == nil)
        #expect(key.handle(.tick, at: at(1005)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(2000)) == nil)
        #expect(key.handle(.tick, at: at(2005)) == .openMicrophone)
    }

    @Test func aJammedKeyIsNotLetGoByAFingerThatTrembles() {
        var key = key(.momentary, debounce: .milliseconds(5))
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.handle(.tick, at: at(5)) == .openMicrophone)
        #expect(key.handle(.tick, at: at(60_005)) == .timeOut)
        expectThatATremblingFingerChangesNothing(&key, from: 65_000)
    }

    /// Let go and pressed again within the bounce time: it is the same press.
    func expectThatATremblingFingerChangesNothing(_ key: inout TalkKey, from moment: Int) {
        #expect(key.handle(.level(isDown: false), at: at(moment)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(moment + 3)) == nil)
        #expect(key.handle(.tick, at: at(moment + 10)) == nil)
        #expect(!key.isTalking)
    }

    @Test func aPressCountsWhenItHasLastedForTheBounceTime() {
        var key = key(.momentary, debounce: .milliseconds(5))
        #expect(key.handle(.level(isDown: true), at: at(0)) == nil)
        #expect(key.settles == at(5))
        #expect(key.handle(.level(isDown: false), at: at(1)) == nil)
        #expect(key.settles == nil)
        #expect(key.handle(.level(isDown: true), at: at(2)) == nil)
        #expect(key.handle(.tick, at: at(6)) == nil)
        #expect(key.deadline == at(7))
        #expect(key.handle(.tick, at: at(7)) == .openMicrophone)
        #expect(key.settles == nil)
    }

    @Test func aTapCountsByItsOwnTimeHoweverLateItIsRead() {
        var key = key(.latch, debounce: .milliseconds(5))
        #expect(key.handle(.level(isDown: true), at: at(0)) == nil)
        #expect(key.handle(.level(isDown: false), at: at(40)) == .openMicrophone)
        #expect(key.handle(.tick, at: at(500)) == nil)
        #expect(key.isTalking)
    }

    @Test func howLongAPressLastedDoesNotDependOnWhenItIsRead() {
        // Read after a stall, the release still counts from its own time.
        var long = key(.smart, debounce: .milliseconds(5))
        #expect(long.handle(.level(isDown: true), at: at(100)) == nil)
        #expect(long.handle(.level(isDown: false), at: at(900)) == .openMicrophone)
        #expect(long.handle(.tick, at: at(1_000)) == .closeMicrophone)
        // And a tap stays a tap, however late the rest of it is read.
        var tap = key(.smart, debounce: .milliseconds(5))
        #expect(tap.handle(.level(isDown: true), at: at(100)) == nil)
        #expect(tap.handle(.level(isDown: false), at: at(200)) == .openMicrophone)
        #expect(tap.handle(.tick, at: at(900)) == nil)
        #expect(tap.handle(.tick, at: at(5_000)) == nil)
        #expect(tap.isTalking)
    }

    @Test func theTailAndTheLimitCountFromThePressAndTheReleaseThemselves() {
        var key = key(.momentary, debounce: .milliseconds(5), tail: .milliseconds(150))
        #expect(key.handle(.level(isDown: true), at: at(100)) == nil)
        #expect(key.handle(.tick, at: at(150)) == .openMicrophone)
        #expect(key.deadline == at(105) + .seconds(60))
        #expect(key.handle(.level(isDown: false), at: at(300)) == nil)
        #expect(key.handle(.tick, at: at(390)) == nil)
        #expect(key.deadline == at(455))
    }

    @Test func aGlitchIsNeitherPressNorRelease() {
        for mode in [TalkKey.Mode.momentary, .latch, .smart] {
            var key = key(mode, debounce: .milliseconds(5))
            #expect(key.handle(.level(isDown: true), at: at(0)) == nil)
            #expect(key.handle(.level(isDown: false), at: at(4)) == nil)
            #expect(key.deadline == nil)
            #expect(!key.isTalking)
            _ = key.handle(.level(isDown: true), at: at(100))
            #expect(key.handle(.tick, at: at(105)) == .openMicrophone)
            #expect(key.handle(.level(isDown: false), at: at(200)) == nil)
            #expect(key.handle(.level(isDown: true), at: at(204)) == nil)
            #expect(key.handle(.tick, at: at(300)) == nil)
            #expect(key.isTalking)
        }
    }

    @Test func aChangeThatNobodyLookedAtInTimeCountsBeforeTheNextEdge() {
        var key = key(.momentary, debounce: .milliseconds(5))
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.handle(.level(isDown: false), at: at(9)) == .openMicrophone)
        #expect(key.settles == at(14))
        #expect(key.handle(.tick, at: at(14)) == .closeMicrophone)
    }

    @Test func latchTogglesOnPresses() {
        var key = key(.latch)
        #expect(key.handle(.level(isDown: true), at: at(0)) == .openMicrophone)
        #expect(key.handle(.level(isDown: false), at: at(100)) == nil)
        #expect(key.isTalking)
        #expect(key.handle(.level(isDown: true), at: at(5000)) == .closeMicrophone)
        #expect(key.handle(.level(isDown: false), at: at(5100)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(6000)) == .openMicrophone)
    }

    @Test func aForgottenLatchStopsAtTheLimit() {
        var key = key(.latch)
        _ = key.handle(.level(isDown: true), at: at(0))
        _ = key.handle(.level(isDown: false), at: at(100))
        #expect(key.handle(.tick, at: at(60_000)) == .timeOut)
        #expect(key.handle(.level(isDown: true), at: at(61_000)) == .openMicrophone)
    }

    @Test func smartLatchesOnAShortPressOnly() {
        var short = key(.smart)
        _ = short.handle(.level(isDown: true), at: at(0))
        #expect(short.handle(.level(isDown: false), at: at(399)) == nil)
        #expect(short.isTalking)
        #expect(short.handle(.level(isDown: true), at: at(9000)) == .closeMicrophone)

        var long = key(.smart)
        _ = long.handle(.level(isDown: true), at: at(0))
        #expect(long.handle(.level(isDown: false), at: at(400)) == .closeMicrophone)
    }

    @Test func openTalksFromTheStartWithoutLimit() {
        var key = key(.open)
        #expect(key.isTalking)
        #expect(key.deadline == nil)
        #expect(key.handle(.level(isDown: true), at: at(0)) == .closeMicrophone)
        _ = key.handle(.level(isDown: false), at: at(100))
        #expect(!key.isTalking)
        #expect(key.handle(.level(isDown: true), at: at(200)) == .openMicrophone)
    }

    @Test(arguments: [TalkKey.Mode.momentary, .latch, .smart, .open])
    func anUnreadableKeyClosesTheMicrophoneUntilSeenReleased(mode: TalkKey.Mode) {
        var key = key(mode)
        if !key.isTalking { _ = key.handle(.level(isDown: true), at: at(0)) }
        #expect(key.handle(.unreadable, at: at(500)) == .closeMicrophone)
        #expect(key.handle(.level(isDown: true), at: at(600)) == nil)
        #expect(!key.isTalking)
        #expect(key.handle(.level(isDown: false), at: at(700)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(800)) == .openMicrophone)
    }

    /// Whatever the edges, the microphone is never open longer than the limit, and the tail after
    /// the last press.
    @Test func noSequenceOfEdgesHoldsTheLineBeyondTheLimit() {
        var seed = testSeed()
        let shown = seed
        for mode in [TalkKey.Mode.momentary, .latch, .smart] {
            var key = key(mode, debounce: .milliseconds(5), tail: .milliseconds(150))
            var now = start
            var pressedAt = start
            for _ in 0..<20_000 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1
                let next = now + .milliseconds(Int64(seed >> 33) % 20_000)
                while let deadline = key.deadline, deadline <= next {
                    now = max(now, deadline)
                    _ = key.handle(.tick, at: now)
                }
                now = next
                if key.isTalking {
                    #expect(now - pressedAt <= .milliseconds(60_155), "seed \(shown)")
                }
                let isDown = seed >> 62 & 1 == 1
                if isDown { pressedAt = now }
                _ = key.handle(.level(isDown: isDown), at: now)
            }
        }
    }
}
