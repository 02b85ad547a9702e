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

@Suite struct CommonFrameSizeTests {
    private func size(_ wishes: [Int], hopeless: [Int] = [], atMost most: Int = 40) -> Int {
        var common = CommonFrameSize()
        for wish in wishes { common.add(wish: wish, isHopeless: false) }
        for wish in hopeless { common.add(wish: wish, isHopeless: true) }
        return common.size(atMost: most)
    }

    @Test func aTalkToOneFollowsItsWay() {
        #expect(size([29]) == 29)
        #expect(size([400]) == 40)
        #expect(size([300, 300], atMost: 400) == 300)
    }

    /// 40 % of loss and answers that are a quarter of a second late: a wish for 29 bytes.
    @Test func oneListenerDoesNotLowerEverybodysRate() {
        #expect(size([29, 40]) == 40)
        #expect(size([29, 40, 40, 40]) == 40)
        #expect(size([29, 29, 40, 40]) == 40, "nor do two of four")
    }

    @Test func framesThatSaveOnTheWayAreShortenedForOne() {
        // The smallest packet has room for 59 bytes.
        #expect(size([29, 160], atMost: 160) == 59)
        #expect(size([100, 160], atMost: 160) == 100)
    }

    @Test func moreThanHalfOfThemDecide() {
        #expect(size([40, 29, 29]) == 29)
        #expect(size([29, 33, 33, 40]) == 33, "as far as more than half need")
    }

    @Test func whoseWayBearsNothingCountsOnlyAlone() {
        #expect(size([40], hopeless: [29, 29, 29]) == 40)
        #expect(size([], hopeless: [29, 40]) == 29)
        #expect(size([]) == 40)
    }
}
