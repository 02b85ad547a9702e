import Testing
import Time

@testable import Station

@Suite struct CallLightTests {
    private let start = Instant(nanoseconds: 5_000_000_000)

    @Test func theLightGoesOutWhenItsTimeIsOver() {
        var light = CallLight()
        var orders = Orders()
        light.light(by: 2, for: .seconds(30), at: start, &orders)
        #expect(orders.all == [.notice(.signal(peer: 2, .seconds(30)))])
        light.tick(at: start + .milliseconds(29_999))
        #expect(light.isLit)
        #expect(light.deadline == start + .seconds(30))
        light.tick(at: start + .seconds(30))
        #expect(!light.isLit)
        #expect(light.deadline == nil)
    }

    @Test func aPressedButtonPutsItOut() {
        var light = CallLight()
        var orders = Orders()
        light.light(by: 0, for: .seconds(30), at: start, &orders)
        light.putOut()
        #expect(!light.isLit)
    }

    @Test(arguments: [(0, 1), (7_000, 7), (6_553_500, 300)])
    func noPeerLightsItForLongerOrShorterThanItMay(asked: Int, seconds: Int) {
        var light = CallLight()
        var orders = Orders()
        light.light(by: 0, for: .milliseconds(asked), at: start, &orders)
        #expect(light.deadline == start + .seconds(seconds))
    }

    @Test func aPeerThatAsksWithoutPauseIsToldOfOnceInAWhile() {
        var light = CallLight()
        var orders = Orders()
        for second in 0..<10 {
            let now = start + .seconds(second)
            light.light(by: 0, for: .seconds(30), at: now, &orders)
        }
        #expect(orders.all.count == 2)
        // A peer that asks for the first time is told of at once, whoever had its number before.
        light.light(by: 1, for: .seconds(30), at: start + .seconds(9), &orders)
        light.forget(0)
        light.light(by: 0, for: .seconds(30), at: start + .seconds(9), &orders)
        #expect(orders.all.count == 2)
    }
}
