import Testing
import Time
import Wire

@testable import Session

@Suite struct PeerTableTests {
    @Test func twoStationsThatStartTalkToEachOther() {
        let pair = Pair(seed: 1)
        pair.a.start()
        let met = pair.network.run(for: .seconds(5)) { pair.isConverged }
        #expect(!met)
        pair.b.start()
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        #expect(pair.a.happenings == [.up(peer: 0, newBoot: true)])
        #expect(pair.b.happenings == [.up(peer: 0, newBoot: true)])
        pair.a.speak(7)
        pair.b.speak(8)
        pair.network.run(for: .milliseconds(10))
        #expect(pair.b.media[0].heard == [7])
        #expect(pair.a.media[0].heard == [8])
    }
}
