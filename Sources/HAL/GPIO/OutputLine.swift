internal import CGPIOD
internal import CLinux

/// The line of a lamp or a relay: a GPIO line, or an LED of the kernel.
///
/// At its end the line is switched off.
public struct OutputLine: ~Copyable, Sendable {
    /// Exactly one of `pin` and `led` exists.
    private var pin: PinOutput?
    private var led: LEDOutput?

    /// Requests the line and drives it: "GPIO23", searched on all chips, "gpiochip0/23", or
    /// "led:NAME".
    ///
    /// `isActive` is its first level; `activeLow` inverts levels at the pin.
    public init(
        name: String, activeLow: Bool = false, isActive: Bool = false,
        consumer: String = "intercomd"
    ) throws(GPIOError) {
        guard let led = LEDOutput.name(in: name) else {
            pin = try PinOutput(
                name: name, activeLow: activeLow, isActive: isActive, consumer: consumer)
            return
        }
        self.led = try LEDOutput(led, isLit: isActive, line: name)
    }

    /// Switches the line on or off.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    public borrowing func set(_ isActive: Bool) throws(GPIOError) {
        try pin?.set(isActive)
        try led?.set(isActive)
    }
}

/// The GPIO line of an `OutputLine`.
@safe @usableFromInline struct PinOutput: ~Copyable, @unchecked Sendable {
    /// The line as the configuration names it.
    let name: String

    private let line: OpaquePointer

    /// Requests the line and drives it: "GPIO23", searched on all chips, or "gpiochip0/23".
    init(
        name: String, activeLow: Bool, isActive: Bool, consumer: String
    ) throws(GPIOError) {
        let address = try LineAddress(finding: name)
        var opened: OpaquePointer?
        let result = unsafe cgpiod_open_output(
            address.path, address.offset, consumer, activeLow ? 1 : 0, isActive ? 1 : 0, &opened)
        guard result == 0, let line = unsafe opened else {
            throw address.refusal(errno: -result, line: name)
        }
        self.name = name
        unsafe self.line = line
    }

    deinit {
        // A failure does not matter: a removed chip has no level to switch off.
        _ = unsafe cgpiod_set(line, 0)
        unsafe cgpiod_close(line)
    }

    /// Switches the line on or off.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    borrowing func set(_ isActive: Bool) throws(GPIOError) {
        _ = try GPIOError.check(unsafe cgpiod_set(line, isActive ? 1 : 0), name)
    }
}

/// An LED that the kernel knows by name (/sys/class/leds), without other drivers; `deinit` switches
/// it off.
@usableFromInline struct LEDOutput: ~Copyable, Sendable {
    private static let mark = "led:"
    private static let folder = "/sys/class/leds"

    private let line: String
    private let brightness: FileDescriptor
    private let brightest: [UInt8]

    /// Returns the name in "led:NAME"; nil for a line of another kind.
    static func name(in line: String) -> String? {
        line.utf8.starts(with: mark.utf8) ? String(line.dropFirst(mark.utf8.count)) : nil
    }

    /// Disables the LED's trigger and takes it over.
    ///
    /// `line` is for the error.
    init(
        _ name: String, isLit: Bool, line: String, in folder: String = LEDOutput.folder
    ) throws(GPIOError) {
        precondition(!name.utf8.contains(UInt8(ascii: "/")), "the configuration refuses it")
        let path = "\(folder)/\(name)"
        guard FileStore.exists(path) else { throw GPIOError(line: line, reason: .noLED) }
        // A kernel without triggers has no such file.
        if FileStore.exists("\(path)/trigger") {
            try Self.write("none", to: "\(path)/trigger", line: line)
        }
        let raw = unsafe clinux_output_open("\(path)/brightness")
        guard raw >= 0 else {
            throw GPIOError(line: line, reason: Self.reason(-raw, "\(path)/brightness"))
        }
        let brightness = FileDescriptor(owning: raw)
        let read = (try? FileStore.read("\(path)/max_brightness", limit: 64)) ?? []
        let digits = read.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let brightest = digits.isEmpty ? [UInt8(ascii: "1")] : digits
        try Self.set(isLit, brightest, brightness, line)
        self.brightness = brightness
        self.brightest = brightest
        self.line = line
    }

    deinit {
        // A failure does not matter: a removed LED is dark.
        _ = brightness.write([UInt8(ascii: "0")].span)
    }

    /// Real-time: one system call, no allocation (except for an error's text).
    borrowing func set(_ isLit: Bool) throws(GPIOError) {
        try Self.set(isLit, brightest, brightness, line)
    }

    private static func set(
        _ isLit: Bool, _ brightest: [UInt8], _ brightness: borrowing FileDescriptor,
        _ line: String
    ) throws(GPIOError) {
        let dark: InlineArray<1, UInt8> = [UInt8(ascii: "0")]
        let written = brightness.write(isLit ? brightest.span : dark.span)
        _ = try GPIOError.check(Int32(written), line)
    }

    private static func write(
        _ text: String, to path: String, line: String
    ) throws(GPIOError) {
        let raw = unsafe clinux_output_open(path)
        guard raw >= 0 else { throw GPIOError(line: line, reason: reason(-raw, path)) }
        let file = FileDescriptor(owning: raw)
        _ = try GPIOError.check(Int32(file.write(Array(text.utf8).span)), line)
    }

    private static func reason(_ errno: Int32, _ path: String) -> GPIOError.Reason {
        switch errno {
        case EACCES, EPERM, EROFS: .noPermission(path: path)
        case ENOENT, ENODEV: .noLED
        default: .failed(errno: errno)
        }
    }
}
