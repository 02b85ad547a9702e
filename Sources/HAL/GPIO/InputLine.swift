public import Time

/// A button: on a GPIO line, or a key of an input device.
///
/// Any failure after opening is thrown, never reported as a released button: a dead talk key must
/// not look like a silent one.
public struct InputLine: ~Copyable, Sendable {
    public enum Bias: Sendable { case asIs, none, pullUp, pullDown }

    /// A press or a release.
    public struct Edge: Equatable, Sendable {
        public let isActive: Bool
        /// The moment of the kernel's interrupt.
        public let moment: Instant

        init(isActive: Bool, moment: Instant) {
            self.isActive = isActive
            self.moment = moment
        }
    }

    /// The line as the configuration names it.
    public let name: String
    /// To watch for `EventLoop.readable`; then `nextEdge` until it returns nil.
    public let fd: Int32
    /// Whether the kernel filters contact bounce; if not, the caller must.
    public let isDebounced: Bool
    /// Which of the two kinds it is.
    private let isPin: Bool
    private var pin: PinInput?
    private var key: InputKey?

    /// Requests a GPIO line: "GPIO17", searched on all chips, or "gpiochip0/17".
    ///
    /// `gpioinfo` shows `consumer` as the holder. Allocates, and may wait for the kernel: not for
    /// the media loop.
    public init(
        name: String, bias: Bias, activeLow: Bool, debounce: Duration = .zero,
        consumer: String = "intercomd"
    ) throws(GPIOError) {
        let pin = try PinInput(
            name: name, bias: bias, activeLow: activeLow, debounce: debounce, consumer: consumer)
        self.name = name
        fd = pin.fd
        isDebounced = pin.isDebounced
        isPin = true
        self.pin = consume pin
    }

    /// Opens a key of an input device, by its number.
    ///
    /// The device is found by its own name, or by its name in /dev/input/by-id. `name` is the whole
    /// name in the configuration.
    public init(key code: UInt16, of device: String, name: String) throws(GPIOError) {
        let key = try InputKey(code, of: device, name: name)
        self.name = name
        fd = key.fd
        isDebounced = false
        isPin = false
        self.key = consume key
    }

    /// Whether the button is pressed now.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    public borrowing func isActive() throws(GPIOError) -> Bool {
        isPin ? try pin!.isActive() : try key!.isActive()
    }

    /// The next change since `init`, presses and releases strictly by turns; nil when the last one
    /// returned is the present state.
    ///
    /// Real-time: at most a few system calls per edge, no allocation.
    public mutating func nextEdge() throws(GPIOError) -> Edge? {
        isPin ? try pin!.nextEdge() : try key!.nextEdge()
    }
}
