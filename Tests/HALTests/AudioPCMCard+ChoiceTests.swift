import Testing

@testable import HAL

@Suite struct PCMChoiceTests {
    static func card(
        _ id: String, usb: Bool = false, captures: Bool = true, plays: Bool = true
    ) -> PCMCard {
        let numbers = PCMCard.USB(vendor: 1, product: 2, serial: nil)
        return PCMCard(
            id: id, name: id, usb: usb ? numbers : nil, captures: captures, plays: plays)
    }

    func chosen(_ cards: [PCMCard]) -> [String?] {
        [PCMError.Direction.capture, .playback].map {
            PCMName.automatic.resolved(among: cards, for: $0)?.description
        }
    }

    @Test func aUSBCardGoesBeforeTheScreenThatIsCardZero() {
        let cards = [Self.card("vc4hdmi0", captures: false), Self.card("Device", usb: true)]
        #expect(chosen(cards) == ["card:Device", "card:Device"])
    }

    @Test func oneCardForBothGoesBeforeTwo() {
        let cards = [
            Self.card("Mic", usb: true, plays: false), Self.card("wm8960"),
            Self.card("Speaker", usb: true, captures: false),
        ]
        #expect(chosen(cards) == ["card:wm8960", "card:wm8960"])
    }

    @Test func whereNoneHasBothEachDirectionHasItsBest() {
        let cards = [
            Self.card("vc4hdmi0", captures: false), Self.card("amp", captures: false),
            Self.card("Mic", usb: true, plays: false),
        ]
        #expect(chosen(cards) == ["card:Mic", "card:amp"])
    }

    @Test(arguments: ["Loopback", "Dummy_1", "UAC2Gadget"])
    func aVirtualCardIsNeverChosen(id: String) {
        let virtual = Self.card(id)
        let cards = [
            virtual, Self.card("Headphones", captures: false),
            Self.card("Mic", usb: true, plays: false),
        ]
        #expect(chosen(cards) == ["card:Mic", "card:Headphones"])
        #expect(chosen([virtual, Self.card("Mic", usb: true, plays: false)]) == ["card:Mic", nil])
        // Whatever its id, the driver's name shows it.
        let renamed = PCMCard(id: "sink", name: id, usb: nil, captures: true, plays: true)
        #expect(chosen([renamed]) == [nil, nil])
    }

    @Test func aDirectionThatNoCardHasIsAbsentAndNoSoundServersBusiness() {
        #expect(chosen([Self.card("vc4hdmi0", captures: false)]) == [nil, "card:vc4hdmi0"])
    }

    @Test func withoutAnyCardItIsWhatALSACallsDefault() {
        #expect(chosen([]) == ["default", "default"])
    }

    @Test func whatIsNamedIsTaken() {
        let name = PCMName.default
        #expect(name.resolved(among: [Self.card("Device", usb: true)], for: .capture) == .default)
    }

    @Test func twoOfAKindAreTakenInTheKernelsOrder() {
        #expect(chosen([Self.card("B", usb: true), Self.card("A", usb: true)])[0] == "card:B")
    }

    @Test func whatIsMeantIsShownWithTheCardFound() {
        let cards = [Self.card("Device", usb: true)]
        #expect(PCMName.automatic.shown(among: cards, for: .capture) == "auto (card:Device)")
        #expect(PCMName.automatic.shown(among: [], for: .capture) == "auto (default)")
        #expect(PCMName.card("x").shown(among: cards, for: .capture) == "card:x")
    }
}
