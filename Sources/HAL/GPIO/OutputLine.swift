internal import CGPIOD

/// The line of a lamp or a relay: a GPIO line, or an LED of the kernel.
///
/// At its end the line is left at its safe level.
public struct OutputLine: ~Copyable, Sendable {
    /// The line as the configuration names it.
    public let name: String
    /// Exactly one of the two exists.
    private var pin: PinOutput?
    private var led: LEDOutput?

    /// Requests the line and drives it: "GPIO23", searched on all chips, "gpiochip0/23", or
    /// "led:NAME".
    ///
    /// `isActive` is its first level, `safeLevel` its last one; `activeLow` inverts both at the
    /// pin.
    public init(
        name: String, activeLow: Bool = false, isActive: Bool = false, safeLevel: Bool = false,
        consumer: String = "intercomd"
    ) throws(GPIOError) {
        self.name = name
        guard let led = LEDOutput.name(in: name) else {
            pin = try PinOutput(
                name: name, activeLow: activeLow, isActive: isActive, safeLevel: safeLevel,
                consumer: consumer)
            return
        }
        self.led = try LEDOutput(led, isLit: isActive, line: name)
    }

    /// Switches it on or off.
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
    private let safeLevel: Bool

    /// Requests the line and drives it: "GPIO23", searched on all chips, or "gpiochip0/23".
    ///
    /// `isActive` is its first level, `safeLevel` its last one; `activeLow` inverts both at the
    /// pin.
    init(
        name: String, activeLow: Bool, isActive: Bool, safeLevel: Bool, consumer: String
    ) throws(GPIOError) {
        let address = try LineAddress(finding: name)
        var opened: OpaquePointer?
        let result = unsafe cgpiod_open_output(
            address.path, address.offset, consumer, activeLow ? 1 : 0, isActive ? 1 : 0, &opened)
        guard result == 0, let line = unsafe opened else {
            throw address.refusal(errno: -result, line: name)
        }
        self.name = name
        self.safeLevel = safeLevel
        unsafe self.line = line
    }

    deinit {
        // A failure does not matter: a chip that has been removed has no level to make safe.
        _ = unsafe cgpiod_set(line, safeLevel ? 1 : 0)
        unsafe cgpiod_close(line)
    }

    /// Switches it on or off.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    borrowing func set(_ isActive: Bool) throws(GPIOError) {
        let result = unsafe cgpiod_set(line, isActive ? 1 : 0)
        guard result >= 0 else {
            throw GPIOError(line: name, reason: .failed(errno: -result))
        }
    }
}
