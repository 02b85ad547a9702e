import Testing

@testable import Files

@Suite struct RelayNoteTests {
    @Test func whatIsWrittenIsRead() {
        let lines: [RelayNote.Line] = [
            .init(name: "GPIO24", isActiveLow: false),
            .init(name: "gpiochip0/25", isActiveLow: true),
        ]
        #expect(RelayNote.text(lines) == "high GPIO24\nlow gpiochip0/25\n")
        #expect(RelayNote.lines(of: Array(RelayNote.text(lines).utf8)) == lines)
    }

    @Test(arguments: [
        "", "\n\n", "high", "high \n", "GPIO24\n", "on GPIO24\n", "\u{0}\u{ff}\n", "low led:a/b\n",
    ])
    func whatIsNoLineIsLeftOut(text: String) {
        #expect(RelayNote.lines(of: Array(text.utf8)) == [])
    }

    @Test func aNoteOfAnyLengthIsBounded() {
        let text = String(repeating: "low GPIO1\n", count: 1000)
        #expect(RelayNote.lines(of: Array(text.utf8)).count == 16)
    }
}
