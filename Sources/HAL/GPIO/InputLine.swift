internal import CGPIOD
internal import CLinux
public import Time

/// A button: on a GPIO line, or a key of an input device.
///
/// Any failure after opening is thrown, never reported as a released button: a dead talk key must
/// not look like a silent one.
public struct InputLine: ~Copyable, Sendable {
    /// The raw values are those of `cgpiod_bias`.
    public enum Bias: UInt32, Sendable { case asIs, none, pullUp, pullDown }

    /// A press or a release.
    public struct Edge: Equatable, Sendable {
        public let isActive: Bool
        /// The moment of the kernel's interrupt.
        public let moment: Instant
    }

    /// The line as the configuration names it.
    public let name: String
    /// The descriptor to watch for `EventLoop.readable`; then call `nextEdge` until it returns nil.
    public let fd: Int32
    /// Whether the button is on a GPIO line, and no key.
    private let isPin: Bool
    private var pin: PinInput?
    private var key: InputKey?

    /// Requests a GPIO line: "GPIO17", searched on all chips, or "gpiochip0/17".
    ///
    /// `gpioinfo` shows `consumer` as the holder. The call allocates, and may wait for the kernel:
    /// not for the media loop.
    public init(
        name: String, bias: Bias, activeLow: Bool, consumer: String = "intercomd"
    ) throws(GPIOError) {
        let pin = try PinInput(name: name, bias: bias, activeLow: activeLow, consumer: consumer)
        self.name = name
        fd = pin.fd
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
        isPin = false
        self.key = consume key
    }

    /// Returns whether the button is pressed now.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    public borrowing func isActive() throws(GPIOError) -> Bool {
        isPin ? try pin!.isActive() : try key!.isActive()
    }

    /// Returns the next change since `init`, presses and releases strictly by turns; nil when the
    /// last returned change is the present state.
    ///
    /// Real-time: at most a few system calls per edge, no allocation.
    public mutating func nextEdge() throws(GPIOError) -> Edge? {
        isPin ? try pin!.nextEdge() : try key!.nextEdge()
    }
}

/// The GPIO line of an `InputLine`.
@safe @usableFromInline struct PinInput: ~Copyable, @unchecked Sendable {
    /// The line as the configuration names it.
    let name: String

    private let line: OpaquePointer
    /// The last state returned to the caller.
    private var lastActive: Bool

    /// Requests the line: "GPIO17", searched on all chips, or "gpiochip0/17".
    init(
        name: String, bias: InputLine.Bias, activeLow: Bool, consumer: String
    ) throws(GPIOError) {
        let address = try LineAddress(finding: name)
        var opened: OpaquePointer?
        let result = unsafe cgpiod_open_input(
            address.path, address.offset, consumer, cgpiod_bias(bias.rawValue), activeLow ? 1 : 0,
            &opened)
        guard result == 0, let line = unsafe opened else {
            throw address.refusal(errno: -result, line: name)
        }
        let level = unsafe cgpiod_get(line)
        guard level >= 0 else {
            unsafe cgpiod_close(line)
            throw GPIOError(line: name, reason: .failed(errno: -level))
        }
        self.name = name
        lastActive = level == 1
        unsafe self.line = line
    }

    deinit { unsafe cgpiod_close(line) }

    /// The descriptor to watch for `EventLoop.readable`; then call `nextEdge` until it returns nil.
    var fd: Int32 { unsafe cgpiod_fd(line) }

    /// Returns whether the button is pressed now.
    ///
    /// Real-time: one system call, no allocation (except for an error's text).
    borrowing func isActive() throws(GPIOError) -> Bool {
        try GPIOError.check(unsafe cgpiod_get(line), name) == 1
    }

    /// Returns the next change since `init`, presses and releases strictly by turns; nil when the
    /// last returned change is the present state.
    ///
    /// The kernel keeps a few edges and drops further ones (for libgpiod 1 the newest, for 2 the
    /// oldest), so after a burst the last edge may be out of date. The level itself is right; if it
    /// shows a change, that change is returned with the present time. Real-time: at most two system
    /// calls per edge, no allocation.
    mutating func nextEdge() throws(GPIOError) -> InputLine.Edge? {
        var edge = cgpiod_edge()
        while true {
            let count = try GPIOError.check(unsafe cgpiod_next_edge(line, &edge), name)
            if count == 0 { break }
            let isActive = edge.is_active != 0
            // Half of a bounce was dropped, or the level has already shown this change.
            if isActive == lastActive { continue }
            lastActive = isActive
            return InputLine.Edge(
                isActive: isActive, moment: Instant(nanoseconds: edge.monotonic_ns))
        }
        // Read before the level: an edge that comes meanwhile is later.
        let now = Clock.now()
        let isActive = try self.isActive()
        guard isActive != lastActive else { return nil }
        lastActive = isActive
        return InputLine.Edge(isActive: isActive, moment: now)
    }
}
