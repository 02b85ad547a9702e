import Audio
import Testing
import Time

@Suite struct PeakHoldTests {
    private func moment(_ ms: Int) -> Instant { Instant(nanoseconds: Int64(ms) * 1_000_000) }

    @Test func aMarkStaysAndThenFallsAsThePeakDoes() {
        var hold = PeakHold()
        #expect(hold.mark(-10, at: moment(0)) == -10)
        #expect(hold.mark(-50, at: moment(1_400)) == -10)
        let fallen = hold.mark(-50, at: moment(3_200))
        #expect(abs(fallen + 30) < 0.01)
        #expect(hold.mark(-50, at: moment(9_000)) == -50, "not below what is there")
        #expect(hold.mark(-5, at: moment(9_050)) == -5, "up at once")
    }
}
