import Audio
import Testing

@Suite struct JitterBufferCopiesTests {
    /// Frame 19 of 30 is lost; each packet has a copy of the frame this many before it.
    private func totals(reach: Int) -> ReceptionTotals {
        let bench = JitterBufferBench()
        for i in 0..<30 {
            let now = Double(i) * 10
            if i != 19 {
                bench.insert(i, at: now)
                if i >= reach { bench.insert(i - reach, at: now, copy: true) }
            }
            _ = bench.pull(at: now + 5)
        }
        return bench.totals
    }

    @Test func aCopyMendsOnlyWhatCanStillBePlayed() {
        let inTime = totals(reach: 1)
        #expect(inTime.recovered == 1 && inTime.lost == 0, "\(inTime)")
        let late = totals(reach: 6)
        #expect(late.recovered == 0 && late.lost == 1, "\(late)")
    }

    @Test func aStarvedTalkspurtIsNotOverWhileTheNextOneWaits() {
        let bench = JitterBufferBench()
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10) }
        for block in 0..<30 { _ = bench.pull(at: 105 + Double(block) * 10) }
        #expect(!bench.isActive)
        bench.insert(40, at: 410, start: true)
        #expect(bench.isActive)
        var played: [Int] = []
        for block in 0..<10 {
            if let byte = bench.pull(at: 415 + Double(block) * 10) { played.append(byte) }
        }
        #expect(played.contains(40))
    }

    /// A later packet overtook the first packets, and the last of them came twice.
    @Test func aCopyBeginsNoTalkspurt() {
        let bench = JitterBufferBench()
        for i in [0, 1, 5] { bench.insert(i, at: Double(i) * 10, start: true) }
        bench.insert(2, at: 51)
        bench.insert(5, at: 60, start: true)
        bench.insert(4, at: 60, start: true, copy: true)
        let played = (0..<60).compactMap { bench.pull(at: 65 + Double($0) * 10) }
        #expect(Array(played.prefix(6)) == [0, 1, 2, -1, 4, 5])
        #expect(!bench.isActive, "nothing came any more")
    }
}
