internal import CLinux
internal import Time

/// The events of an input device, read for one of its keys.
///
/// Sans-I/O: bytes go in as the kernel delivers them, whole events at a time.
struct KeyEvents {
    enum Found: Equatable {
        case edge(isDown: Bool, at: Instant)
        /// The kernel has dropped events: only the device knows the state of the key.
        case lost(at: Instant)
    }

    private let code: UInt16
    /// Events were dropped: those up to the next report are incomplete.
    private var isBroken = false

    static let size = Int(clinux_input_event_size())

    init(of code: UInt16) { self.code = code }

    /// Takes one event; nil when it does not concern this key.
    mutating func take(_ bytes: Span<UInt8>) -> Found? {
        precondition(bytes.count == Self.size)
        var event = clinux_input_event()
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the size is that of an event.
            unsafe clinux_input_parse(buffer.baseAddress!, &event)
        }
        let moment = Instant(nanoseconds: event.monotonic_ns)
        switch (Int32(event.type), Int32(event.code)) {
        case (CLINUX_INPUT_SYN, CLINUX_INPUT_SYN_DROPPED):
            isBroken = true
            return nil
        case (CLINUX_INPUT_SYN, CLINUX_INPUT_SYN_REPORT) where isBroken:
            isBroken = false
            return .lost(at: moment)
        // 2 is the keyboard's automatic repeat.
        case (CLINUX_INPUT_KEY, Int32(code)) where !isBroken && event.value < 2:
            return .edge(isDown: event.value == 1, at: moment)
        default: return nil
        }
    }
}
