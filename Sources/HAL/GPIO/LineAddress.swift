internal import CLinux

/// The chip and number of a named line.
///
/// "gpiochip0/17" contains both. Any other name, such as "GPIO17", is searched on every chip in the
/// order of their numbers, and the first match wins: on all Raspberry Pis that is the 40-pin
/// header, which since Linux 6.6.45 is gpiochip0 on the Pi 5 too. Some kernels give lines of the
/// header other names, such as "TXD1", or none: there "GPIO14" is line 14 of the Pi's own chip.
struct LineAddress: Equatable {
    let chip: String
    let offset: UInt32

    var path: String { "/dev/\(chip)" }

    init(finding name: String) throws(GPIOError) {
        if let (chip, offset) = LineAddress.split(name) {
            let opened = try GPIOChip(name: chip, for: name)
            guard offset < opened.lineCount else { throw GPIOError(line: name, reason: .noLine) }
            self.chip = chip
            self.offset = UInt32(offset)
            return
        }
        var refusal: GPIOError?
        var own: String?
        let numbers = GPIOChip.numbers()
        for number in numbers {
            do throws(GPIOError) {
                let chip = try GPIOChip(name: "gpiochip\(number)", for: name)
                for offset in 0..<chip.lineCount where try chip.line(at: offset).name == name {
                    self.chip = chip.name
                    self.offset = UInt32(offset)
                    return
                }
                if own == nil, chip.hasHeader { own = chip.name }
            } catch {
                // The line may be on another chip; if not, this error is why it was not found.
                refusal = refusal ?? error
            }
        }
        if let own, let offset = (0..<GPIOChip.headerCount).first(where: { name == "GPIO\($0)" }) {
            chip = own
            self.offset = UInt32(offset)
            return
        }
        throw refusal ?? GPIOError(line: name, reason: numbers.isEmpty ? .noChip : .noLine)
    }

    /// The parts of "gpiochip0/17"; nil for a line's own name.
    private static func split(_ name: String) -> (chip: String, offset: Int)? {
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let chip = name[..<slash]
        let digits = name[name.utf8.index(after: slash)...]
        guard
            chip.utf8.starts(with: "gpiochip".utf8), !chip.utf8.contains(UInt8(ascii: "/")),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let offset = Int(digits)
        else { return nil }
        return (String(chip), offset)
    }

    /// The error for an errno with which the kernel refused the line.
    func refusal(errno: Int32, line: String) -> GPIOError {
        guard errno == EBUSY else {
            return GPIOError(line: line, reason: GPIOChip.reason(errno: errno, path: path))
        }
        var holder = ""
        if let chip = try? GPIOChip(name: chip, for: line),
            let found = try? chip.line(at: Int(offset))
        {
            holder = found.holder
        }
        return GPIOError(line: line, reason: .busy(holder: holder))
    }
}
