import Testing

@testable import HAL

@Suite struct TerminalTests {
    @Test func whatIsShortEnoughStaysAsItIs() {
        let text = String(repeating: "x", count: Terminal.offerMax - 1) + "\n"
        #expect(Terminal.shortened(text) == text)
        #expect(Terminal.shortened("") == "")
    }

    @Test func aLongLineIsCutAndStaysALine() {
        let text = "<6>" + String(repeating: "x", count: 2 * Terminal.offerMax) + "\n"
        let short = Terminal.shortened(text)
        #expect(short.utf8.count == Terminal.offerMax)
        #expect(short.hasPrefix("<6>xxx") && short.hasSuffix("x\n"))
        #expect(!Terminal.shortened(String(text.dropLast())).hasSuffix("\n"))
    }

    @Test(arguments: ["\u{e9}", "\u{20ac}", "\u{1d11e}"])
    func noCharacterIsCutInTwo(character: String) {
        for shift in 0..<4 {
            let text =
                String(repeating: "x", count: shift)
                + String(repeating: character, count: Terminal.offerMax) + "\n"
            let short = Terminal.shortened(text)
            #expect(short.utf8.count > Terminal.offerMax - character.utf8.count)
            #expect(short.utf8.count <= Terminal.offerMax)
            #expect(text.hasPrefix(short.dropLast()) && short.hasSuffix(character + "\n"))
        }
    }
}
