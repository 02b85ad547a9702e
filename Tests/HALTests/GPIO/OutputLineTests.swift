import Testing

@Suite struct OutputLineTests {
    let gpio = SimulatedGPIO()

    @Test(arguments: [("high", 1), ("low", 0)])
    func drivesThePinFromTheFirstMoment(active: String, level: Int) {
        #expect(gpio.probe("output GPIO23 \(active) on") == "ok")
        #expect(gpio.world("get GPIO23").driven == true)
        #expect(gpio.world("get GPIO23").level == level)
        for (command, wanted) in [("off", 1 - level), ("on", level)] {
            #expect(gpio.probe(command) == "ok")
            #expect(gpio.world("get GPIO23").level == wanted)
        }
    }

    @Test func lineIsLetGoWithItsOwner() {
        #expect(gpio.probe("output GPIO23 high on") == "ok")
        #expect(gpio.probe("drop") == "ok")
        #expect(gpio.world("get GPIO23").driven == false)
        #expect(gpio.probe("input GPIO23 down high") == "inactive")
    }

    @Test func busyLampSaysByWhom() {
        gpio.world("claim GPIO23 led0")
        #expect(
            gpio.probe("output GPIO23 high on")
                == "error: line GPIO23: held by \"led0\"; end that program, or set another `line`")
    }

    @Test func unpluggedChipThrows() {
        #expect(gpio.probe("output GPIO23 high on") == "ok")
        #expect(gpio.probe("off", after: "unplug gpiochip0").hasPrefix("error: line GPIO23: "))
        #expect(gpio.probe("drop") == "ok")
    }
}
