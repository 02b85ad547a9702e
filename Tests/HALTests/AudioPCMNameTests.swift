import Testing

@testable import HAL

@Suite struct PCMNameTests {
    @Test func isWrittenAsInTheConfiguration() {
        #expect(PCMName.card("Device").description == "card:Device")
        #expect(PCMName.pcm("plughw:1").description == "pcm:plughw:1")
        #expect(PCMName.default.description == "default")
        let usb = PCMName.usb(vendor: 0x0d8c, product: 0x14, serial: nil)
        #expect(usb.description == "usb:0d8c:0014")
        let particular = PCMName.usb(vendor: 0xabcd, product: 0, serial: "A1")
        #expect(particular.description == "usb:abcd:0000:A1")
    }

    @Test func becomesANameOfAlsa() {
        #expect(PCMName.card("Device").alsaName == "hw:CARD=Device")
        #expect(PCMName.pcm("kitchen").alsaName == "kitchen")
        #expect(PCMName.default.alsaName == "default")
    }
}
