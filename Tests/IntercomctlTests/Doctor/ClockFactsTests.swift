import Testing

@testable import Intercomctl

@Suite struct ClockFactsTests {
    @Test func aClockThatNobodySetIsAWarning() {
        for (isSynchronised, verdict) in [(false, .warn), (true, .ok), (nil, .ok)]
            as [(Bool?, Check.Verdict)]
        {
            let found = verdicts(.clock) { reportClock(isSynchronised: isSynchronised, to: &$0) }
            #expect(found == [verdict])
        }
    }
}
