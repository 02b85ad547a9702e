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

    static func card(_ id: String, _ usb: PCMCard.USB?) -> PCMCard {
        PCMCard(id: id, name: id, usb: usb, captures: true, plays: true)
    }

    let cards = [
        card("vc4hdmi", nil),
        card("Device", PCMCard.USB(vendor: 0x0d8c, product: 0x0014, serial: "A")),
        card("Device_1", PCMCard.USB(vendor: 0x0d8c, product: 0x0014, serial: "B")),
    ]

    func alsaName(_ name: PCMName) -> String? { name.alsaName(of: name.card(among: cards)) }

    @Test func becomesANameOfAlsa() {
        #expect(alsaName(.card("Device")) == "hw:CARD=Device")
        // Perhaps hidden from the listing: opening it will show.
        #expect(alsaName(.card("Other")) == "hw:CARD=Other")
        #expect(alsaName(.pcm("kitchen")) == "kitchen")
        #expect(alsaName(.default) == "default")
    }

    @Test func aCardThatCannotIsConvertedForAndAScreenTakesItsOwnFrames() {
        #expect(
            PCMOpening.names(of: "hw:CARD=C920", .capture)
                == ["hw:CARD=C920", "plug:'hw:CARD=C920'"])
        #expect(
            PCMOpening.names(of: "hw:CARD=vc4hdmi0", .playback) == [
                "hw:CARD=vc4hdmi0", "hdmi:CARD=vc4hdmi0",
                "plug:'hw:CARD=vc4hdmi0'", "plug:'hdmi:CARD=vc4hdmi0'",
            ])
    }

    @Test func usbCardsAreFoundByTheirNumbers() {
        func usb(_ product: UInt16, _ serial: String?) -> PCMName {
            .usb(vendor: 0x0d8c, product: product, serial: serial)
        }
        #expect(alsaName(usb(0x14, nil)) == "hw:CARD=Device")
        #expect(alsaName(usb(0x14, "B")) == "hw:CARD=Device_1")
        #expect(alsaName(usb(0x14, "C")) == nil)
        #expect(alsaName(usb(0x15, nil)) == nil)
    }

    @Test func listingGivesWhatTheConfigurationTakes() {
        #expect(
            cards.map(\.value.description) == ["card:vc4hdmi", "usb:0d8c:0014", "usb:0d8c:0014"])
    }
}
