import Testing
import Time

@testable import Station

@Suite struct CallLightTests {
    private var light = CallLight()
    private var orders = Orders()
    @Test mutating func theLightGoesOutWhenItsTimeIsOver() {
        light.light(by: 2, for: .seconds(30), at: start, &orders)
        orders.expect(.notice(.signal(peer: 2, .seconds(30))))
        light.tick(at: start + .milliseconds(29_999))
        #expect(light.isLit)
        light.tick(at: start + .seconds(30))
        #expect(!light.isLit && light.deadline == nil)
    }

    @Test(arguments: [(0, 1), (7_000, 7), (6_553_500, 300)])
    mutating func noPeerLightsItForLongerOrShorterThanItMay(asked: Int, seconds: Int) {
        light.light(by: 0, for: .milliseconds(asked), at: start, &orders)
        #expect(light.deadline == start + .seconds(seconds))
    }

    @Test mutating func aPeerThatAsksWithoutPauseIsToldOfOnceInAWhile() {
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
