internal import CLinux
internal import Time

/// One key of an input device, such as a USB keypad's.
struct InputKey: ~Copyable {
    /// The key's line as the configuration names it.
    private let name: String
    private let code: UInt16
    private let device: FileDescriptor
    private var events: KeyEvents
    /// Bytes that were read and not yet parsed.
    private var bytes = InlineArray<96, UInt8>(repeating: 0)
    private var next = 0
    private var end = 0
    /// The last state returned to the caller.
    private var wasDown: Bool

    init(_ code: UInt16, of device: String, name: String) throws(GPIOError) {
        try self.init(code, of: InputDevice.open(device, having: code, line: name), name: name)
    }

    /// Takes an open input device; with `isDown`, any descriptor that delivers the same events.
    init(
        _ code: UInt16, of device: consuming FileDescriptor, name: String, isDown: Bool? = nil
    ) throws(GPIOError) {
        if isDown == nil {
            _ = try GPIOError.check(clinux_input_follow(device.raw, UInt32(code)), name)
        }
        let level = isDown.map { $0 ? 1 : 0 } ?? clinux_input_is_down(device.raw, UInt32(code))
        let wasDown = try GPIOError.check(level, name) == 1
        self.name = name
        self.code = code
        self.device = device
        events = KeyEvents(of: code)
        self.wasDown = wasDown
    }

    var fd: Int32 { device.raw }

    borrowing func isActive() throws(GPIOError) -> Bool {
        try GPIOError.check(clinux_input_is_down(device.raw, UInt32(code)), name) == 1
    }

    mutating func nextEdge() throws(GPIOError) -> InputLine.Edge? {
        while true {
            while end - next >= KeyEvents.size {
                var events = self.events
                let found = events.parse(bytes.span.extracting(next..<next + KeyEvents.size))
                self.events = events
                next += KeyEvents.size
                if let edge = try edge(of: found) { return edge }
            }
            guard try readMore() else { return nil }
        }
    }

    private mutating func edge(of found: KeyEvents.Found?) throws(GPIOError) -> InputLine.Edge? {
        let isDown: Bool
        let moment: Instant
        switch found {
        case nil: return nil
        case .edge(let level, let at): (isDown, moment) = (level, at)
        case .lost(let at): (isDown, moment) = (try isActive(), at)
        }
        guard isDown != wasDown else { return nil }
        wasDown = isDown
        return InputLine.Edge(isActive: isDown, moment: moment)
    }

    /// Reads events, and returns whether there were any; the kernel returns whole events only.
    private mutating func readMore() throws(GPIOError) -> Bool {
        next = 0
        end = 0
        var room = bytes.mutableSpan
        let count = device.read(into: &room)
        if count == -Int(EAGAIN) { return false }
        // The end of the file means that the device is gone, too.
        guard count > 0 else {
            throw GPIOError(
                line: name, reason: .failed(errno: count == 0 ? ENODEV : Int32(-count)))
        }
        end = count
        return true
    }
}

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
    /// Whether events were dropped: the events up to the next report are incomplete.
    private var isBroken = false

    static let size = Int(clinux_input_event_size())

    init(of code: UInt16) { self.code = code }

    /// Parses one event; nil when it does not concern this key.
    mutating func parse(_ bytes: Span<UInt8>) -> Found? {
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

/// An input device with keys, for people to choose from.
public struct InputDevice: Equatable, Sendable {
    /// "event3", in /dev/input.
    public let node: String
    /// The device's own name, such as "USB Keypad"; other devices may have the same name.
    public let name: String
    /// Its keys by number, in order.
    public let keys: [UInt16]

    private static let folder = "/dev/input"
    private static let byID = "/dev/input/by-id"
    private static let keyMax = 0x2ff

    /// Returns all devices that have keys, and the errors of those that could not be opened.
    public static func all() -> (devices: [InputDevice], refused: [GPIOError]) {
        var devices: [InputDevice] = []
        var refused: [GPIOError] = []
        for node in nodes() {
            do throws(GPIOError) {
                let file = try open(path: "\(folder)/\(node)", line: node)
                var keys: [UInt16] = []
                for code in 1...keyMax where clinux_input_has_key(file.raw, UInt32(code)) == 1 {
                    keys.append(UInt16(code))
                }
                if !keys.isEmpty {
                    devices.append(InputDevice(node: node, name: name(of: file), keys: keys))
                }
            } catch { refused.append(error) }
        }
        return (devices, refused)
    }

    /// Opens the device with this key and this name, its own or one in /dev/input/by-id.
    ///
    /// `line` is for the error. One USB keypad often appears as two devices of the same name.
    static func open(
        _ name: String, having code: UInt16, line: String
    ) throws(GPIOError) -> FileDescriptor {
        if !name.utf8.contains(UInt8(ascii: "/")), FileStore.exists("\(byID)/\(name)") {
            let file = try open(path: "\(byID)/\(name)", line: line)
            guard clinux_input_has_key(file.raw, UInt32(code)) == 1 else {
                throw GPIOError(line: line, reason: .noKey)
            }
            return file
        }
        var isKnown = false
        var refusal: GPIOError?
        for node in nodes() {
            do throws(GPIOError) {
                let file = try open(path: "\(folder)/\(node)", line: line)
                guard self.name(of: file) == name else { continue }
                isKnown = true
                if clinux_input_has_key(file.raw, UInt32(code)) == 1 { return file }
            } catch {
                // Another device may match; if none does, this error explains why.
                refusal = refusal ?? error
            }
        }
        if isKnown { throw GPIOError(line: line, reason: .noKey) }
        throw refusal ?? GPIOError(line: line, reason: .noDevice)
    }

    /// Returns event0, event1 …, in the order of their numbers.
    private static func nodes() -> [String] {
        let names = (try? FileStore.names(in: folder, suffix: "")) ?? []
        let numbers = names.compactMap { name in
            name.utf8.starts(with: "event".utf8) ? Int(name.dropFirst(5)) : nil
        }
        return numbers.sorted().map { "event\($0)" }
    }

    private static func open(path: String, line: String) throws(GPIOError) -> FileDescriptor {
        var status = stat()
        let raw = unsafe clinux_file_open(path, &status)
        switch -raw {
        case ...0: return FileDescriptor(owning: raw)
        case EACCES, EPERM: throw GPIOError(line: line, reason: .noPermission(path: path))
        case ENOENT, ENODEV, ENXIO: throw GPIOError(line: line, reason: .noDevice)
        case let errno: throw GPIOError(line: line, reason: .failed(errno: errno))
        }
    }

    private static func name(of file: borrowing FileDescriptor) -> String {
        let raw = file.raw
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe text.withUnsafeMutableBytes { bytes in
            // SAFETY: the size includes the zero at the end.
            unsafe clinux_input_name(
                raw, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
    }
}
