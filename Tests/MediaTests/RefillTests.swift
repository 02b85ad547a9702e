import Testing

@testable import Media

@Suite struct RefillTests {
    /// What is given of 480 a period, two of them queued, room for one more.
    func given(due: Int, isMaster: Bool = false) -> Int {
        Refill.samples(available: 480 + due, spare: 480, period: 480, isMaster: isMaster)
    }

    @Test func onePeriodIsGivenEachTimeOrALittleBeforeOrAfter() {
        for due in 192..<768 { #expect(given(due: due) == 480) }
        for due in -480..<192 { #expect(given(due: due) == 0) }
        for due in 768..<1_248 { #expect(given(due: due) == 960) }
    }

    @Test func theMasterIsGivenWhatFits() {
        #expect(given(due: 479, isMaster: true) == 0)
        #expect(given(due: 480, isMaster: true) == 480)
        #expect(given(due: 959, isMaster: true) == 480)
    }

    @Test func noMoreIsGivenThanThereIsRoomFor() {
        for available in [0, 200, 479] {
            #expect(
                Refill.samples(available: available, spare: 0, period: 480, isMaster: false) == 0)
        }
        #expect(Refill.samples(available: 900, spare: 0, period: 480, isMaster: false) == 480)
    }

    /// Two cards at any phase, each counting by the millisecond: one is given two periods, or none,
    /// once when it comes to the bound and not at every tick of the other.
    @Test(arguments: [100.0, -100.0])
    func cardsThatRunApartAreMetByOnePeriodMoreOrLessAtATime(ppm: Double) {
        var (queued, played, changes) = (960.0, 0.0, 0)
        for block in 1...120_000 {
            let time = Double(block) * 10
            // The speaker's card has played so much, and tells of whole milliseconds.
            let out = (time * (1 + ppm / 1e6)).rounded(.down) * 48
            queued -= out - played
            played = out
            let given = Refill.samples(
                available: 1_440 - Int(queued), spare: 480, period: 480, isMaster: false)
            if given != 480 { changes += 1 }
            queued += Double(given)
            #expect(queued > 0 && queued <= 1_440)
        }
        // 120 ms apart in 20 minutes.
        #expect((11...13).contains(changes))
    }
}
