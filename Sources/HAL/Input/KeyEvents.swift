internal import CLinux
internal import Time

/// The events of an input device, read for one key of it.
///
/// Sans-I/O: bytes go in as they came from the kernel, whole events at a time.
struct KeyEvents {
    enum Found: Equatable {
        case edge(isDown: Bool, at: Instant)
        /// The kernel has dropped events: only the device knows how the key is now.
        case lost(at: Instant)
    }

    private let code: UInt16
    /// Events were dropped: what comes up to the next report is half of something.
    private var isBroken = false

    static let size = Int(clinux_input_event_size())

    init(of code: UInt16) { self.code = code }

    /// Takes one event; nil when it is none of this key's business.
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
        // 2 is a keyboard repeating itself.
        case (CLINUX_INPUT_KEY, Int32(code)) where !isBroken && event.value < 2:
            return .edge(isDown: event.value == 1, at: moment)
        default: return nil
        }
    }
}
