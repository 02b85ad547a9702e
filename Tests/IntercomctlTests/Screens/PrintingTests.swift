import Testing

@testable import Intercomctl

@Suite struct PrintingTests {
    @Test func longLinesEndBetweenWordsAndCommandsStayWhole() {
        let text =
            "no peers yet: intercomctl pair shows a code; to put it out here: sudo intercomctl peer"
            + " set garage --revoked yes; the rest is as it was"
        #expect(
            folded(text, columns: 40) == """
                no peers yet:
                  intercomctl pair shows a code; to put
                  it out here:
                  sudo intercomctl peer set garage
                  --revoked yes; the rest is as it was

                """)
        #expect(folded(text, columns: 1000) == text + "\n")
    }

    @Test func aSentenceInAColumnOrSetInIsBrokenToo() {
        let text =
            "FAIL  gpio GPIO17     no permission to open /dev/gpiochip0  -> sudo adduser me gpio\n"
            + "  the answer is one of two words, and not of three\n"
            + "    intercomctl pair 2001:db8::1 7K9M-QX2W --join"
        #expect(
            folded(text, columns: 40) == """
                FAIL  gpio GPIO17     no permission to
                  open /dev/gpiochip0
                   -> sudo adduser me gpio
                  the answer is one of two words, and
                  not of three
                    intercomctl pair 2001:db8::1 7K9M-QX2W --join

                """)
    }

    @Test func shortLinesAndColumnsStayAsTheyAre() {
        let text = "    intercomctl pair\nstate   up   1234567890   1234567890   1234567890"
        #expect(folded(text, columns: 30) == text + "\n")
        #expect(
            folded("aword" + String(repeating: "x", count: 90), columns: 80).split(
                separator: "\n"
            ).count == 1)
    }
}
