import Testing

@testable import Intercomctl

/// The GPIO lines that `setup` knows as it asks for the talk button's.
@Suite struct HeaderLinesTests {
    private func lines(_ free: [Int], _ held: [Int: String] = [:]) -> HeaderLines {
        HeaderLines(free.map { ("GPIO\($0)", nil) } + held.map { ("GPIO\($0.key)", $0.value) })
    }

    @Test func aLineIsDoubtedWhereItIsHeldAndRefusedWhereItIsAbsent() {
        let found = lines([2, 3, 7], [4: "w1", 5: "intercomd", 6: "", 8: "\u{1b}[2J"])
        #expect(found.doubt(of: "GPIO7") == nil)
        #expect(found.doubt(of: "GPIO2") == nil)
        #expect(
            lines(Array(0...27)).doubt(of: "GPIO2")
                == "GPIO2 is a line of the I2C bus, and has a resistor of its own")
        #expect(found.doubt(of: "GPIO4") == "GPIO4 is in use by w1")
        #expect(found.doubt(of: "GPIO6") == "GPIO6 is in use by the kernel")
        // A holder cannot write to the terminal.
        #expect(found.doubt(of: "GPIO8")?.contains("\u{1b}") == false)
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
        let board = HeaderLines([("PA3", nil)])
        #expect(!board.lacks("PA3") && board.lacks("GPIO3"))
        // A machine whose lines have other names.
        #expect(!lines([]).lacks("GPIO2"))
    }
}
