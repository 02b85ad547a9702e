import Testing

@testable import Intercomctl

@Suite struct ClockFactsTests {
    @Test func aClockThatNobodySetIsAWarning() {
        #expect(ClockFacts(isSynchronised: false).checks.map { $0.verdict } == [.warn])
        #expect(ClockFacts(isSynchronised: true).checks.map { $0.verdict } == [.ok])
        #expect(ClockFacts(isSynchronised: nil).checks.map { $0.verdict } == [.ok])
    }
}
