import HAL
import Testing

@Suite struct GPIOChipTests {
    @Test func listsChipsAndWhoHoldsTheirLines() {
        let gpio = SimulatedGPIO(chips: ["one:A,-,B", "two:GPIO1..GPIO3"])
        #expect(gpio.probe("output GPIO2 high on", after: "claim B gpio-keys") == "ok")
        #expect(
            gpio.probe("list") == "gpiochip0[one]: 0=A 1= 2=B(gpio-keys);"
                + "gpiochip1[two]: 0=GPIO1 1=GPIO2(intercomd,out) 2=GPIO3;")
    }

    @Test func firstChipWithTheNameWins() {
        let gpio = SimulatedGPIO(chips: ["expander:X,Y", "header:GPIO17", "other:GPIO17"])
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        #expect(gpio.probe("list").contains("gpiochip1[header]: 0=GPIO17(intercomd)"))
        #expect(gpio.probe("input gpiochip2/0 up low") == "inactive")
        #expect(gpio.probe("list").contains("gpiochip2[other]: 0=GPIO17(intercomd)"))
    }

    @Test func aNumberOfTheHeaderIsALineOfThePisOwnChipWhateverItsName() {
        // As some kernels name lines 4 and 14, and others none.
        let names = "GPIO0..GPIO3,GPIO_GCLK,GPIO5..GPIO13,TXD1,GPIO15..GPIO27,RGMII_MDIO"
        let gpio = SimulatedGPIO(chips: ["expander:X,Y", "pinctrl-bcm2711:\(names)"])
        #expect(gpio.probe("input GPIO4 up low") == "inactive")
        #expect(gpio.probe("list").contains("4=GPIO_GCLK(intercomd)"))
        #expect(gpio.probe("input GPIO14 up low") == "inactive")
        #expect(gpio.probe("list").contains("14=TXD1(intercomd)"))
        // Not on the header; and no other chip has such numbers.
        #expect(gpio.probe("input GPIO28 up low").contains("no GPIO chip has a line of this name"))
        #expect(gpio.probe("input GPIO04 up low").contains("no GPIO chip has a line of this name"))
        let other = SimulatedGPIO(chips: ["sunxi:A,B,C,D,E"])
        #expect(other.probe("input GPIO4 up low").contains("no GPIO chip has a line of this name"))
    }

    @Test func chipThatMayNotBeOpenedHidesOnlyItself() {
        let gpio = SimulatedGPIO(chips: ["secret:X", "header:GPIO17"])
        #expect(gpio.probe("input GPIO17 up low", after: "deny secret on") == "inactive")
        #expect(gpio.probe("input X up low").contains("no permission"))
    }

    @Test func machineWithoutChipsSaysSo() {
        // This process runs without the simulator.
        guard GPIOChip.numbers().isEmpty else { return }
        let error = #expect(throws: GPIOError.self) {
            _ = try InputLine(name: "GPIO17", bias: .pullUp, activeLow: true)
        }
        #expect(error == GPIOError(line: "GPIO17", reason: .noChip))
    }
}
