public import Time

/// A key: on a GPIO line, or of an input device.
///
/// Whatever goes wrong after opening is thrown, never reported as a released key: a dead talk
/// key must not look like a silent one.
public struct InputLine: ~Copyable, Sendable {
    public enum Bias: Sendable { case asIs, none, pullUp, pullDown }

    /// A change of the key.
    public struct Edge: Equatable, Sendable {
        public let isActive: Bool
        /// When it happened, by the kernel's interrupt.
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
    /// Whether the kernel holds back contact bounce; if not, the caller must.
    public let isDebounced: Bool
    /// Which of the two is there.
    private let isPin: Bool
    private var pin: PinInput?
    private var key: InputKey?

    /// Requests a GPIO line: "GPIO17", found over all chips, or "gpiochip0/17".
    ///
    /// `consumer` is what `gpioinfo` shows as the holder. Allocates, and may wait for the
    /// kernel: not for the media loop.
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

    /// Opens the key of this number of an input device, found by what that calls itself, or by
    /// its name in /dev/input/by-id; `name` is what the configuration calls all this.
    public init(key code: UInt16, of device: String, name: String) throws(GPIOError) {
        let key = try InputKey(code, of: device, name: name)
        self.name = name
        fd = key.fd
        isDebounced = false
        isPin = false
        self.key = consume key
    }

    /// Whether the key is pressed now.
    ///
    /// Real-time: one system call, no allocation (an error's text apart).
    public borrowing func isActive() throws(GPIOError) -> Bool {
        isPin ? try pin!.isActive() : try key!.isActive()
    }

    /// The next change since `init`, pressed and released strictly by turns; nil when what was
    /// last returned is how the key is now.
    ///
    /// Real-time: a few system calls at most an edge, no allocation.
    public mutating func nextEdge() throws(GPIOError) -> Edge? {
        isPin ? try pin!.nextEdge() : try key!.nextEdge()
    }
}
