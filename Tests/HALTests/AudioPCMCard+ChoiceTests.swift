import Testing

@testable import HAL

@Suite struct PCMChoiceTests {
    static func card(
        _ id: String, usb: Bool = false, captures: Bool = true, plays: Bool = true
    ) -> PCMCard {
        let numbers = PCMCard.USB(vendor: 1, product: 2, serial: nil)
        return PCMCard(id: id, name: id, usb: usb ? numbers : nil, captures: captures, plays: plays)
    }

    private static let mic = card("Mic", usb: true, plays: false)
    private static let screen = card("vc4hdmi0", captures: false)

    @Test(
        arguments: [
            (
                "a USB card before a screen", [screen, card("Device", usb: true)], "Device",
                "Device"
            ),
            (
                "one card for both before two",
                [mic, card("wm8960"), card("Speaker", usb: true, captures: false)], "wm8960",
                "wm8960"
            ),
            (
                "the best of each direction", [screen, card("amp", captures: false), mic], "Mic",
                "amp"
            ),
            ("no virtual card", [card("Loopback"), mic, screen], "Mic", "vc4hdmi0"),
            ("nor one of the kernel's tests", [card("Dummy_1"), mic], "Mic", nil),
            ("nor a gadget", [card("UAC2Gadget"), mic, screen], "Mic", "vc4hdmi0"),
            (
                "whatever its id, its driver's name shows it",
                [PCMCard(id: "sink", name: "Loopback", usb: nil, captures: true, plays: true)], nil,
                nil
            ),
            ("a direction that no card has is absent", [screen], nil, "vc4hdmi0"),
            ("two of a kind in the kernel's order", [card("B"), card("A")], "B", "B"),
        ] as [(String, [PCMCard], String?, String?)])
    func theBestCardIsChosen(why: String, cards: [PCMCard], capture: String?, playback: String?) {
        let chosen = [PCMError.Direction.capture, .playback].map {
            PCMName.automatic.resolved(among: cards, for: $0)?.description
        }
        #expect(chosen == [capture, playback].map { $0.map { "card:\($0)" } }, "\(why)")
    }

    @Test func withoutAnyCardItIsWhatALSACallsDefault() {
        #expect(PCMName.automatic.resolved(among: [], for: .capture) == .default)
    }

    @Test func whatIsNamedIsTaken() {
        let name = PCMName.default
        #expect(name.resolved(among: [Self.card("Device", usb: true)], for: .capture) == .default)
    }

    @Test func whatIsMeantIsShownWithTheCardFound() {
        #expect(PCMName.automatic.shown(as: .card("Device")) == "auto (card:Device)")
        #expect(PCMName.automatic.shown(as: .default) == "auto (default)")
        #expect(PCMName.card("x").shown(as: .card("x")) == "card:x")
    }
}
