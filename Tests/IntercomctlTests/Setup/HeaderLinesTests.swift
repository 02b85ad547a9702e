import Testing

@testable import Intercomctl

/// The GPIO lines that `setup` lists before it asks for the talk button's.
@Suite struct HeaderLinesTests {
    private func lines(_ free: [Int], _ held: [Int: String] = [:]) -> HeaderLines {
        let taken = held.map { HeaderLines.Line(number: $0.key, holder: $0.value) }
        return HeaderLines(free.map { HeaderLines.Line(number: $0, holder: nil) } + taken)
    }

    @Test func runsAreShortAndWhatIsInUseIsNamed() {
        #expect(lines(Array(2...27)).text == "free: GPIO 2 to 27")
        #expect(
            lines([27, 2, 3, 5, 6, 9], [4: "w1", 7: ""]).text
                == "free: GPIO 2 to 3, 5 to 6, 9, 27; 4 is in use by w1; 7 is in use by the kernel")
        #expect(lines([], [17: "lamp"]).text == "no line is free; 17 is in use by lamp")
        #expect(lines([]).text == nil)
    }

    @Test func aNumberThatTwoChipsHaveIsListedOnce() {
        #expect(lines([4, 4, 5]).text == "free: GPIO 4 to 5")
    }

    @Test func aHolderCannotWriteToTheTerminal() {
        #expect(lines([], [4: "\u{1b}[2J"]).text?.contains("\u{1b}") == false)
    }

    @Test func aLineIsDoubtedWhereItIsHeldAndRefusedWhereItIsAbsent() {
        let found = lines([2, 3, 7], [4: "w1", 5: "intercomd", 6: ""])
        #expect(found.doubt(of: "GPIO7") == nil)
        #expect(found.doubt(of: "GPIO2") == nil)
        #expect(
            lines(Array(0...27)).doubt(of: "GPIO2")
                == "GPIO2 is a line of the I2C bus, and has a resistor of its own")
        #expect(found.doubt(of: "GPIO4") == "GPIO4 is in use by w1")
        #expect(found.doubt(of: "GPIO6") == "GPIO6 is in use by the kernel")
        #expect(found.lacks("GPIO9") && !found.lacks("GPIO4"))
        // The daemon of this station gives it back.
        #expect(found.doubt(of: "GPIO5") == nil)
        // What is no name is known to the daemon alone.
        for other in ["none", "gpiochip0/4", "evdev:keypad/KEY_A"] {
            #expect(found.doubt(of: other) == nil && !found.lacks(other))
        }
        for other in ["GPIO", "GPIO123", "GPIO02", "yes", "pin 11"] {
            #expect(found.lacks(other))
        }
        let board = HeaderLines([], names: ["PA3"])
        #expect(!board.lacks("PA3") && board.lacks("GPIO3"))
        // A machine whose lines have other names.
        #expect(!lines([]).lacks("GPIO2"))
    }
}
