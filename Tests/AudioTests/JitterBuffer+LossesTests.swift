import Audio
import Testing

@Suite struct JitterBufferLossesTests {
    /// A pre-roll is sent at once, and its last packet overtakes most of it; one never comes.
    @Test func whatIsOvertakenAndPlayedIsNotLost() {
        let bench = JitterBufferBench()
        for i in 0..<3 { bench.insert(i, at: 0, start: true) }
        for i in [19] + Array(3..<11) + Array(12..<19) { bench.insert(i, at: 2, start: true) }
        #expect(bench.totals.lost == 0)
        var played: [Int] = []
        for i in 20..<50 {
            let now = Double(i - 19) * 10
            bench.insert(i, at: now)
            if let byte = bench.pull(at: now + 25) { played.append(byte) }
        }
        #expect(played == (0..<played.count).map { $0 == 11 ? -1 : $0 })
        #expect(bench.totals.lost == 1 && bench.totals.recovered == 0)
        #expect(bench.totals.late == 0 && bench.totals.concealedMs == 10)
    }

    /// Its copy came earlier, and so did five packets behind that.
    @Test func whatComesItselfBeforeItsTurnWasNotRepaired() {
        let bench = JitterBufferBench()
        for i in [0, 2] { bench.insert(i, at: 0, start: true) }
        bench.insert(1, at: 0, start: true, copy: true)
        for i in 3..<8 { bench.insert(i, at: 1, start: true) }
        #expect(bench.insert(1, at: 2, start: true) == .accepted)
        for i in 8..<30 {
            bench.insert(i, at: Double(i - 7) * 10)
            _ = bench.pull(at: Double(i - 7) * 10 + 25)
        }
        let totals = bench.totals
        #expect(totals.received == 30 && totals.duplicates == 0, "\(totals)")
        #expect(totals.recovered == 0 && totals.lost == 0, "\(totals)")
    }
}
