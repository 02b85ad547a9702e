import Media
import Testing

@testable import Presentation

@Suite struct ReadingsTests {
    @Test func eachCounterIsReadOnceAndStaysAsItWas() {
        var reads = 0
        let readings = Readings<PeerCount> { name in
            reads += 1
            return UInt64(name.rawValue)
        }
        #expect(reads == PeerCount.allCases.count)
        for name in PeerCount.allCases { #expect(readings[name] == UInt64(name.rawValue)) }
        #expect(reads == PeerCount.allCases.count)
    }

    @Test func nothingIsCountedAtFirst() {
        let readings = Readings<MediaCount>()
        #expect(MediaCount.allCases.allSatisfy { readings[$0] == 0 })
    }
}
