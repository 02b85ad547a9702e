import Testing

@testable import Station

@Suite struct StillStreamsTests {
    private var streams = StillStreams()
    private var orders = Orders()

    private mutating func follow(
        _ change: StillStreams.Change, _ direction: StillStreams.Direction = .capture
    ) -> [Order] {
        streams.update(direction, change, &orders)
        return orders.all
    }

    @Test mutating func aStreamThatStandsIsOpenedAgainAndToldOnce() {
        #expect(follow(.stands) == [.reopen(.capture), .notice(.asleep(.capture))])
        #expect(streams[.capture] == .stands && streams[.playback] == nil && streams.isAny)
        // Opened again in vain, it is the same trouble.
        #expect(follow(.stands) == [.reopen(.capture)])
        #expect(follow(.moves) == [.notice(.awake(.capture))])
        #expect(!streams.isAny)
    }

    @Test mutating func aSuspendedCardIsWaitedFor() {
        #expect(follow(.suspended, .playback) == [.notice(.asleep(.playback))])
        #expect(streams[.playback] == .suspended && streams[.capture] == nil && streams.isAny)
        #expect(follow(.stands, .playback) == [.reopen(.playback)])
        #expect(streams[.playback] == .stands)
        #expect(follow(.moves, .playback) == [.notice(.awake(.playback))])
    }

    @Test mutating func aStreamThatNeedNotMoveHasNotWoken() {
        _ = follow(.suspended)
        #expect(follow(.over).isEmpty)
        #expect(!streams.isAny)
        #expect(follow(.moves).isEmpty)
    }

    @Test mutating func aCardThatIsGoneDoesNotStandStill() {
        for direction in StillStreams.Direction.allCases {
            _ = follow(.stands, direction)
            streams.lost(direction)
            #expect(streams[direction] == nil)
        }
        #expect(!streams.isAny)
    }
}
