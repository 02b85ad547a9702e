import Report
import Testing

@Suite struct VisibleTextTests {
    @Test func whatMovesACursorOrTurnsTheTextIsAQuestionMark() {
        for scalar in [
            "\u{0}", "\u{7}", "\n", "\r", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{61c}",
            "\u{200e}", "\u{200f}", "\u{2028}", "\u{202e}", "\u{2066}", "\u{2069}",
        ] {
            #expect("a\(scalar)b".visible == "a?b", "\(scalar.unicodeScalars.first!.value)")
        }
    }

    @Test func ordinaryTextStaysAsItIs() {
        let text = "Küche, 厨房: “x” – ok"
        #expect(text.visible == text)
    }
}
