import Media
import Realtime
import Testing

@testable import Intercomd

@Suite struct ReadingsTests {
    @Test func countersStayAsTheyWereWhenTheyWereRead() {
        let table = CounterTable<PeerCount>(count: PeerCount.allCases.count)
        for name in PeerCount.allCases { table.set(name, to: 100 + UInt64(name.rawValue)) }
        let readings = Readings<PeerCount>(table.values)
        for name in PeerCount.allCases { table.add(name) }
        for name in PeerCount.allCases { #expect(readings[name] == 100 + UInt64(name.rawValue)) }
    }
}
