import Testing
import Time

@testable import Peering

@Suite struct LotsTests {
    @Test func theyStayWithinTheirBounds() {
        let lots = lots(3)
        var seen = Set<Int>()
        for _ in 0..<2000 {
            seen.insert(lots.below(7))
            let time = lots.time(in: 20...120)
            #expect(time >= .milliseconds(20) && time <= .milliseconds(120))
        }
        #expect(seen == Set(0..<7))
    }

    @Test func aLabelIsEightCharactersOfBase32() {
        let lots = lots(4)
        let labels = (0..<500).map { _ in lots.label() }
        #expect(Set(labels).count == 500)
        #expect(labels.allSatisfy { $0.count == 8 })
        #expect(Set(labels.flatMap { $0 }) == Set("abcdefghijklmnopqrstuvwxyz234567".utf8))
    }
}
