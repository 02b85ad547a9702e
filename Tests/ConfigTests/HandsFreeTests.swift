import Testing

@testable import Config

@Suite struct HandsFreeTests {
    private static let apart = "pcm:a and pcm:b are two cards"

    @Test(
        arguments: [
            // Without echo cancelling, auto is half.
            ("duplex = auto", String?.none, true, false, "off", "echo = off"),
            ("duplex = auto", apart, true, false, "off", "echo = off"),
            // With one clock it is full, whatever the names: one card may have two.
            (
                "input = pcm:desk\noutput = card:A\necho = on", nil, false, true, "on",
                "the echo is cancelled"
            ),
            ("echo = auto", nil, false, true, "on", "the echo is cancelled"),
            ("echo = on", apart, true, false, "refused", apart),
            ("echo = auto", apart, true, false, "refused", apart),
            // What is set by hand holds.
            ("duplex = half\necho = on", nil, true, true, "on", "as set"),
            ("duplex = half\necho = auto", nil, true, false, "off", "as set"),
            ("duplex = half\necho = auto", apart, true, false, "off", "as set"),
            ("duplex = full", nil, false, false, "off", "as set"),
            ("duplex = full\necho = on", apart, false, false, "refused", "as set; \(apart)"),
            // One direction alone has no echo.
            ("input = none\necho = on", nil, true, false, "off", "it has only one direction"),
            ("output = none\necho = on", nil, true, false, "off", "it has only one direction"),
        ] as [(String, String?, Bool, Bool, String, String)])
    func duplexAndEcho(
        text: String, apart: String?, isHalf: Bool, cancels: Bool, echo: String, reason: String
    ) throws {
        let audio = try parse("[station]\nname = a\n[audio]\n\(text)").audio
        let found = HandsFree(audio, clocksApart: apart)
        #expect(found.isHalfDuplex == isHalf && found.cancelsEcho == cancels)
        #expect(found.echoState == echo)
        #expect(found.duplexReason == reason)
    }
}
