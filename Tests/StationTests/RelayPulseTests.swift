import Station
import Testing
import Time

@Suite struct RelayPulseTests {
    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    @Test func itIsOnForItsPulse() {
        var relay = RelayPulse()
        #expect(!relay.isOn && relay.deadline == nil)
        let isOn = relay.request(.seconds(3), at: at(0))
        #expect(isOn)
        #expect(relay.deadline == at(3000))
        relay.tick(at: at(2999))
        #expect(relay.isOn)
        relay.tick(at: at(3000))
        #expect(!relay.isOn && relay.deadline == nil)
    }

    @Test func anotherRequestMakesItLastLonger() {
        var relay = RelayPulse()
        _ = relay.request(.seconds(3), at: at(0))
        _ = relay.request(.seconds(3), at: at(2000))
        #expect(relay.deadline == at(5000))
    }

    @Test func requestsWithoutEndKeepItOnNoLongerThanTheLongest() {
        var relay = RelayPulse()
        var onFor = 0
        var longest = 0
        for second in 0..<600 {
            _ = relay.request(.seconds(3), at: at(second * 1000))
            relay.tick(at: at(second * 1000 + 500))
            onFor = relay.isOn ? onFor + 1 : 0
            longest = max(longest, onFor)
        }
        #expect(longest == 30)
        let most = RelayPulse.longest
        var again = RelayPulse()
        for second in 0...30 { _ = again.request(.seconds(3), at: at(second * 1000)) }
        #expect(!again.isOn)
        let tooSoon = again.request(.seconds(3), at: at(0) + most + .milliseconds(4999))
        #expect(!tooSoon)
        let rested = again.request(.seconds(3), at: at(0) + most + RelayPulse.rest)
        #expect(rested)
    }

    @Test func offForAMomentIsNoRest() {
        var relay = RelayPulse()
        var on: [Bool] = []
        for tenth in 0..<6000 {
            relay.tick(at: at(tenth * 100))
            if !relay.isOn { _ = relay.request(.milliseconds(2990), at: at(tenth * 100)) }
            on.append(relay.isOn)
        }
        // In no 35 s for more than 30 s and the tenth of a second begun.
        let most = (0..<on.count - 350).map { on[$0..<$0 + 350].count { $0 } }.max()!
        #expect(most <= 301)
    }

    @Test func itStopsAtOnceWhenItsLineIsLost() {
        var relay = RelayPulse()
        _ = relay.request(.seconds(3), at: at(0))
        relay.stop()
        #expect(!relay.isOn && relay.deadline == nil)
    }
}
