/// What drives a lamp or a relay: a GPIO line, or an LED of the kernel's.
///
/// When it goes, it is left at its safe level.
public struct OutputLine: ~Copyable, Sendable {
    /// The line as the configuration names it.
    public let name: String
    /// One of the two is there.
    private var pin: PinOutput?
    private var led: LEDOutput?

    /// Requests the line and drives it: "GPIO23", found over all chips, "gpiochip0/23", or
    /// "led:NAME".
    ///
    /// `isActive` is the level it begins with, `safeLevel` the one it is left at; `activeLow`
    /// turns both over at the pin.
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
    /// Real-time: one system call, no allocation (an error's text apart).
    public borrowing func set(_ isActive: Bool) throws(GPIOError) {
        try pin?.set(isActive)
        try led?.set(isActive)
    }
}
