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
