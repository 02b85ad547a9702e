import Foundation
import Realtime
import Testing

@Suite struct CounterTableTests {
    enum Name: Int, CaseIterable { case sent, dropped }

    @Test func countsByName() {
        let counters = CounterTable<Name>(count: 2)
        counters.add(.sent)
        counters.add(.sent, 4)
        #expect(counters[.sent] == 5)
        #expect(counters[.dropped] == 0)
        counters.set(.dropped, to: 9)
        #expect(counters[.dropped] == 9)
    }

    @Test func twoThreadsLoseNoCount() {
        let counters = CounterTable<Name>(count: 2)
        let other = Thread { for _ in 0..<100_000 { counters.add(.sent) } }
        other.start()
        for _ in 0..<100_000 { counters.add(.sent) }
        while !other.isFinished { usleep(1000) }
        #expect(counters[.sent] == 200_000)
    }
}
