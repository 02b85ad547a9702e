internal import CGPIOD
internal import CLinux

/// One line of a chip, for people to choose from.
public struct GPIOLine: Equatable, Sendable {
    /// The number on its chip.
    public let offset: UInt32
    /// The name given by the board, such as "GPIO17"; empty when it has none.
    public let name: String
    /// The program that holds the line, as far as the kernel knows.
    public let holder: String
    public let isUsed: Bool
    public let isOutput: Bool
    /// The number on the header of a Raspberry Pi, as in "GPIO17", whatever the line's name.
    public let headerNumber: Int?
}

/// One GPIO chip of the machine, opened to look at its lines.
@safe public struct GPIOChip: ~Copyable {
    /// The name in the configuration, such as "gpiochip0".
    public let name: String
    /// The driver's name for the chip, such as "pinctrl-bcm2711".
    public let label: String
    public let lineCount: Int

    private let chip: OpaquePointer

    /// Opens the chip with the given number.
    public init(number: Int) throws(GPIOError) {
        try self.init(name: "gpiochip\(number)", for: "gpiochip\(number)")
    }

    /// Opens the chip with the given name; `line` is for the error: the line for which the chip is
    /// opened.
    init(name: String, for line: String) throws(GPIOError) {
        var opened: OpaquePointer?
        let path = "/dev/\(name)"
        let result = unsafe cgpiod_chip_open(path, &opened)
        guard result == 0, let chip = unsafe opened else {
            throw GPIOError(line: line, reason: GPIOChip.reason(errno: -result, path: path))
        }
        self.name = name
        // SAFETY: the text lives as long as the open chip, and is copied.
        label = unsafe String(cString: cgpiod_chip_label(chip))
        lineCount = Int(unsafe cgpiod_chip_line_count(chip))
        unsafe self.chip = chip
    }

    deinit { unsafe cgpiod_chip_close(chip) }

    /// GPIO0 to GPIO27 are on the header.
    static let headerCount = 28

    /// Whether the chip's first lines are those of a Raspberry Pi's header, in the order of their
    /// numbers.
    var hasHeader: Bool {
        let drivers = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]
        return drivers.contains(label) && lineCount >= Self.headerCount
    }

    /// Returns the numbers of all chips of the machine, in order.
    public static func numbers() -> [Int] {
        var found = InlineArray<64, Int32>(repeating: 0)
        var span = found.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the call writes at most `count` numbers.
            unsafe cgpiod_chip_numbers(buffer.baseAddress!, Int32(buffer.count))
        }
        return count > 0 ? (0..<Int(count)).map { Int(found[$0]) } : []
    }

    /// Describes the line with the given number.
    public borrowing func line(at offset: Int) throws(GPIOError) -> GPIOLine {
        precondition(offset >= 0 && offset < lineCount)
        var info = cgpiod_line_info()
        let result = unsafe cgpiod_chip_line_info(chip, UInt32(offset), &info)
        _ = try GPIOError.check(result, "\(name)/\(offset)")
        return GPIOLine(
            offset: UInt32(offset), name: text(&info.name), holder: text(&info.consumer),
            isUsed: info.is_used != 0, isOutput: info.is_output != 0,
            headerNumber: hasHeader && offset < Self.headerCount ? offset : nil)
    }

    /// Returns all lines of the chip.
    public borrowing func lines() throws(GPIOError) -> [GPIOLine] {
        var lines: [GPIOLine] = []
        for offset in 0..<lineCount { lines.append(try line(at: offset)) }
        return lines
    }

    static func reason(errno: Int32, path: String) -> GPIOError.Reason {
        switch errno {
        case ENOENT, ENODEV, ENXIO, ENOTTY: .noChip
        case EACCES, EPERM: .noPermission(path: path)
        default: .failed(errno: errno)
        }
    }
}

/// Copies the text in a C array of fixed size.
func text<Field>(_ field: inout Field) -> String {
    unsafe withUnsafeBytes(of: &field) { bytes in
        // SAFETY: only bytes of the field are read, even when no zero ends them.
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension GPIOLine {
    /// Finds the line of a configured name, "GPIO17", searched on all chips, or "gpiochip0/17", and
    /// the name of its chip.
    ///
    /// It does not request the line, so the line's holder keeps it.
    public static func place(
        of name: String
    ) throws(GPIOError) -> (chip: String, line: GPIOLine) {
        let address = try LineAddress(finding: name)
        let chip = try GPIOChip(name: address.chip, for: name)
        return (address.chip, try chip.line(at: Int(address.offset)))
    }
}

/// The chip and number of a named line.
///
/// "gpiochip0/17" contains both. Any other name, such as "GPIO17", is searched on every chip in the
/// order of their numbers, and the first match wins: on all Raspberry Pis this is the 40-pin
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
                // The line may be on another chip; if it is not, this error explains why.
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

    /// Splits "gpiochip0/17" into its parts; nil for a line's own name.
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

    /// Returns the error for an errno with which the kernel refused the line.
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
