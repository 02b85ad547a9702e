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

    private let down = TalkKey.Input.level(isDown: true)
    private let up = TalkKey.Input.level(isDown: false)

    /// Checks what the key does when its line changes, or time passes, at these milliseconds.
    private func play(_ key: inout TalkKey, _ steps: (TalkKey.Input, Int, TalkKey.Action?)...) {
        for (input, ms, action) in steps {
            #expect(key.handle(input, at: at(ms)) == action, "\(input) at \(ms) ms")
        }
    }

    @Test func tailKeepsTheLastSyllableAndAnotherPressGoesOn() {
        var key = key(.momentary, tail: .milliseconds(150))
        play(&key, (down, 0, .openMicrophone), (up, 1000, nil))
        #expect(key.deadline == at(1150))
        play(
            &key, (down, 1100, nil), (up, 2000, nil), (.tick, 2149, nil),
            (.tick, 2150, .closeMicrophone))
    }

    @Test func jammedKeyStopsAtTheLimitAndMustBeLetGo() {
        var key = key(.momentary)
        play(&key, (down, 0, .openMicrophone))
        #expect(key.deadline == at(60_000))
        play(
            &key, (.tick, 59_999, nil), (.tick, 60_000, .timeOut), (down, 61_000, nil),
            (up, 70_000, nil), (down, 71_000, .openMicrophone))
    }

    @Test(arguments: [TalkKey.Mode.momentary, .latch, .smart])
    func heldAtTheStartDoesNotTalk(mode: TalkKey.Mode) {
        var key = key(mode, debounce: .milliseconds(5), isDown: true)
        #expect(!key.isTalking)
        play(&key, (.tick, 5, nil))
        expectThatATremblingFingerChangesNothing(&key, from: 500)
        play(
            &key, (up, 1000, nil), (.tick, 1005, nil), (down, 2000, nil),
            (.tick, 2005, .openMicrophone))
    }

    @Test func aJammedKeyIsNotLetGoByAFingerThatTrembles() {
        var key = key(.momentary, debounce: .milliseconds(5))
        play(&key, (down, 0, nil), (.tick, 5, .openMicrophone), (.tick, 60_005, .timeOut))
        expectThatATremblingFingerChangesNothing(&key, from: 65_000)
    }

    /// Let go and pressed again within the bounce time: it is the same press.
    private func expectThatATremblingFingerChangesNothing(_ key: inout TalkKey, from ms: Int) {
        play(&key, (up, ms, nil), (down, ms + 3, nil), (.tick, ms + 10, nil))
        #expect(!key.isTalking)
    }

    @Test func aPressCountsWhenItHasLastedForTheBounceTime() {
        var key = key(.momentary, debounce: .milliseconds(5))
        play(&key, (down, 0, nil))
        #expect(key.settles == at(5))
        play(&key, (up, 1, nil))
        #expect(key.settles == nil)
        play(&key, (down, 2, nil), (.tick, 6, nil))
        #expect(key.deadline == at(7))
        play(&key, (.tick, 7, .openMicrophone))
        #expect(key.settles == nil)
    }

    @Test func howLongAPressLastedDoesNotDependOnWhenItIsRead() {
        // Read after a stall, the release still counts from its own time.
        var long = key(.smart, debounce: .milliseconds(5))
        play(&long, (down, 100, nil), (up, 900, .openMicrophone), (.tick, 1_000, .closeMicrophone))
        // And a tap stays a tap, however late the rest of it is read.
        var tap = key(.smart, debounce: .milliseconds(5))
        play(
            &tap, (down, 100, nil), (up, 200, .openMicrophone), (.tick, 900, nil),
            (.tick, 5_000, nil))
        #expect(tap.isTalking)
    }

    @Test func theTailAndTheLimitCountFromThePressAndTheReleaseThemselves() {
        var key = key(.momentary, debounce: .milliseconds(5), tail: .milliseconds(150))
        play(&key, (down, 100, nil), (.tick, 150, .openMicrophone))
        #expect(key.deadline == at(105) + .seconds(60))
        play(&key, (up, 300, nil), (.tick, 390, nil))
        #expect(key.deadline == at(455))
    }

    @Test(arguments: [TalkKey.Mode.momentary, .latch, .smart])
    func aGlitchIsNeitherPressNorRelease(mode: TalkKey.Mode) {
        var key = key(mode, debounce: .milliseconds(5))
        play(&key, (down, 0, nil), (up, 4, nil))
        #expect(key.deadline == nil && !key.isTalking)
        play(
            &key, (down, 100, nil), (.tick, 105, .openMicrophone), (up, 200, nil),
            (down, 204, nil), (.tick, 300, nil))
        #expect(key.isTalking)
    }

    @Test func aChangeThatNobodyLookedAtInTimeCountsBeforeTheNextEdge() {
        var key = key(.momentary, debounce: .milliseconds(5))
        play(&key, (down, 0, nil), (up, 9, .openMicrophone))
        #expect(key.settles == at(14))
        play(&key, (.tick, 14, .closeMicrophone))
    }

    @Test func latchTogglesOnPressesAndStopsAtTheLimit() {
        var key = key(.latch)
        play(&key, (down, 0, .openMicrophone), (up, 100, nil))
        #expect(key.isTalking)
        play(
            &key, (down, 5000, .closeMicrophone), (up, 5100, nil), (down, 6000, .openMicrophone),
            (up, 6100, nil), (.tick, 66_000, .timeOut), (down, 67_000, .openMicrophone))
    }

    @Test func smartLatchesOnAShortPressOnly() {
        var short = key(.smart)
        play(&short, (down, 0, .openMicrophone), (up, 399, nil))
        #expect(short.isTalking)
        play(&short, (down, 9000, .closeMicrophone))
        var long = key(.smart)
        play(&long, (down, 0, .openMicrophone), (up, 400, .closeMicrophone))
    }

    @Test func openTalksFromTheStartWithoutLimit() {
        var key = key(.open)
        #expect(key.isTalking && key.deadline == nil)
        play(&key, (down, 0, .closeMicrophone), (up, 100, nil))
        #expect(!key.isTalking)
        play(&key, (down, 200, .openMicrophone))
    }

    @Test(arguments: [TalkKey.Mode.momentary, .latch, .smart, .open])
    func anUnreadableKeyClosesTheMicrophoneUntilSeenReleased(mode: TalkKey.Mode) {
        var key = key(mode)
        if !key.isTalking { _ = key.handle(down, at: at(0)) }
        play(&key, (.unreadable, 500, .closeMicrophone), (down, 600, nil))
        #expect(!key.isTalking)
        play(&key, (up, 700, nil), (down, 800, .openMicrophone))
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
