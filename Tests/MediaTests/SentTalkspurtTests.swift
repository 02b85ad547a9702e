import Testing

@testable import Media

@Suite struct SentTalkspurtTests {
    /// The numbers on the wire of frames that are sent one after another.
    func sent(_ spurt: inout SentTalkspurt, frames: Range<Int>) -> [UInt16] {
        frames.map { frame in
            spurt.advance(to: frame, lostMax: 1_000)
            spurt.sent()
            return spurt.lastSequence
        }
    }

    func talking(from frame: Int = 100) -> SentTalkspurt {
        var spurt = SentTalkspurt(sequence: 65_534)
        spurt.begin(at: frame)
        return spurt
    }

    @Test func framesAreNumberedOneByOneAcrossTheWrap() {
        var spurt = talking()
        #expect(sent(&spurt, frames: 100..<104) == [65_534, 65_535, 0, 1])
        #expect(spurt.packets == 4 && spurt.nextFrame == 104)
    }

    @Test func framesLeftOutAreNumbersLeftOut() {
        var spurt = talking()
        #expect(sent(&spurt, frames: 100..<101) == [65_534])
        #expect(sent(&spurt, frames: 104..<105) == [2])
    }

    @Test func whatTheCardLostIsANumberGapWhereItWasLost() {
        var spurt = talking()
        #expect(sent(&spurt, frames: 100..<101) == [65_534])
        // Two frames from before the gap still wait.
        spurt.lose(5, before: 103)
        #expect(sent(&spurt, frames: 101..<105) == [65_535, 0, 6, 7])
    }

    @Test func oneGapAfterAnotherAddsUp() {
        var spurt = talking()
        _ = sent(&spurt, frames: 100..<101)
        spurt.lose(5, before: 101)
        spurt.lose(3, before: 101)
        #expect(sent(&spurt, frames: 101..<103) == [7, 8])
    }

    @Test func nothingIsLeftOutBeforeTheFirstPacket() {
        var spurt = talking()
        spurt.lose(5, before: 100)
        #expect(sent(&spurt, frames: 103..<105) == [65_534, 65_535])
    }

    @Test func aGapOfOneTalkspurtIsNotThatOfTheNext() {
        var spurt = talking()
        _ = sent(&spurt, frames: 100..<101)
        spurt.lose(5, before: 101)
        spurt.phase = .silent
        spurt.lose(5, before: 101)
        spurt.begin(at: 200)
        #expect(sent(&spurt, frames: 200..<202) == [65_535, 0])
    }

    @Test func aGapIsNoLongerThanAnyoneWouldWait() {
        var spurt = talking()
        _ = sent(&spurt, frames: 100..<101)
        spurt.lose(1_000_000, before: 101)
        #expect(sent(&spurt, frames: 101..<102) == [998 + 1])
    }
}
