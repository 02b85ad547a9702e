import Testing
import Time

@testable import Station

@Suite struct CardTroublesTests {
    private var switchboard = Switchboard.bare()

    private mutating func lost(_ capture: UInt64, _ playback: UInt64) -> [Order] {
        switchboard.handle(.xruns(capture: capture, playback: playback), at: start)
        return switchboard.decided
    }

    @Test mutating func lostSoundIsToldOnceALookHoweverOften() {
        #expect(lost(0, 0).isEmpty)
        #expect(lost(3, 0) == [.notice(.xrun(.capture))])
        #expect(lost(3, 0).isEmpty)
        #expect(lost(4, 9) == [.notice(.xrun(.capture)), .notice(.xrun(.playback))])
        #expect(lost(4, 10) == [.notice(.xrun(.playback))])
    }

    @Test mutating func aCardThatStallsIsInTroubleUntilItIsGone() {
        switchboard.handle(.cardStalled, at: start)
        switchboard.expect(.notice(.stalled))
        #expect(switchboard.isCardStalled)
        switchboard.handle(.cardLost, at: start)
        #expect(!switchboard.isCardStalled)
    }
}
