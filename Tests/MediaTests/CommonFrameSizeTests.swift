import Testing

@testable import Media

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
