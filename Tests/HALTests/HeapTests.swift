import Testing

@Suite struct HeapTests {
    private func heapCalls(_ command: String) -> String {
        let gpio = SimulatedGPIO(preload: SimulatedGPIO.heapWatch)
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        #expect(gpio.probe("output GPIO23 high off off") == "ok")
        return gpio.probe(command)
    }

    @Test func periodOfTheMediaLoopMakesNoHeapCall() {
        #expect(heapCalls("heap") == "0")
    }

    /// Without this, a broken counter would pass the other test.
    @Test func counterNoticesAnAllocation() throws {
        #expect(try #require(Int(heapCalls("heap allocating"))) > 0)
    }
}
