internal import CLinux

/// A system call that failed, in words for the person who must act.
public struct SystemError: Error, Equatable, Sendable {
    /// The operation and its object, such as "bind 0.0.0.0:5577".
    public let operation: String
    /// The kernel's reason, a positive errno.
    public let errno: Int32
    /// The file or folder does not exist.
    public static let noSuchFile = ENOENT
    /// The file exists, and is empty.
    public static let noData = ENODATA
    /// The process has no right to the file.
    public static let noPermission = EACCES
    /// A part of the path is no folder.
    public static let notADirectory = ENOTDIR
    /// No program listens at the address.
    public static let refused = ECONNREFUSED
    /// The file exists already.
    public static let exists = EEXIST
    /// The file is larger than allowed.
    public static let tooLarge = EFBIG

    /// Advice for the person; empty when the reason is enough.
    public let advice: String

    public init(operation: String, errno: Int32, advice: String = "") {
        self.operation = operation
        self.errno = errno
        self.advice = advice
    }

    /// Returns a count or descriptor; throws a negated errno of CLinux.
    static func check(
        _ result: Int32, _ operation: @autoclosure () -> String, advice: String = ""
    ) throws(SystemError) -> Int32 {
        guard result >= 0 else {
            throw SystemError(operation: operation(), errno: -result, advice: advice)
        }
        return result
    }

    /// Returns the kernel's text for an errno, such as "Permission denied".
    static func text(of errno: Int32) -> String {
        // SAFETY: the text is a constant of the C library, terminated by a zero.
        unsafe String(cString: clinux_error_text(errno))
    }
}

extension SystemError: CustomStringConvertible {
    public var description: String { fix.map { "\(finding); \($0)" } ?? finding }

    /// The failed operation, and the reason.
    public var finding: String { Self.onOneLine("\(operation): \(SystemError.text(of: errno))") }

    /// The advice; nil when there is none.
    public var fix: String? { advice.isEmpty ? nil : Self.onOneLine(advice) }

    /// Returns the text without control characters: a file's name in it must not begin a line of
    /// its own.
    private static func onOneLine(_ text: String) -> String {
        let bytes = text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The only owner of an open descriptor, which `deinit` closes.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, to arm an `EventLoop` with; it must not outlive the owner.
    public let raw: Int32

    /// Takes over an open descriptor.
    public init(owning raw: Int32) {
        precondition(raw >= 0)
        self.raw = raw
    }

    /// Takes over a descriptor that CLinux has opened; throws a negated errno of CLinux.
    init(
        _ raw: Int32, _ operation: @autoclosure () -> String, advice: String = ""
    ) throws(SystemError) {
        self.init(owning: try SystemError.check(raw, operation(), advice: advice))
    }

    /// Blocks these signals for the process, so that they are read here, and ignores broken pipes
    /// and stray signals: a signal sent by mistake, such as SIGUSR1, would end the process at once.
    init(signals numbers: [Int32]) throws(SystemError) {
        let raw = unsafe numbers.withUnsafeBufferPointer { buffer in
            // SAFETY: the kernel reads `count` numbers of the array.
            unsafe clinux_signals_make(buffer.baseAddress, Int32(buffer.count))
        }
        try self.init(raw, "signalfd")
        clinux_ignore_strays()
    }

    deinit {
        // An error of `close` does not matter for a descriptor that is only read, or whose data
        // fsync has confirmed.
        _ = close(raw)
    }

    /// Reads the waiting bytes, at most as many as fit; returns their number, which is 0 at the
    /// end, or a negated errno.
    borrowing func read(into bytes: inout MutableSpan<UInt8>) -> Int {
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: at most `count` bytes are written, during the call only.
            unsafe clinux_read(raw, buffer.baseAddress, buffer.count)
        }
    }

    /// Writes as many bytes as are accepted now; returns their number, or a negated errno.
    borrowing func write(_ bytes: Span<UInt8>) -> Int {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the bytes are read during the call only.
            unsafe clinux_write(raw, buffer.baseAddress, buffer.count)
        }
    }

    /// Writes to a socket whose other end may be gone; returns as `write` does.
    borrowing func send(_ bytes: Span<UInt8>) -> Int {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the bytes are read during the call only.
            unsafe clinux_local_send(raw, buffer.baseAddress, buffer.count)
        }
    }

    /// Reads the eight-byte count of an eventfd or a timerfd; 0 when there is none.
    ///
    /// Real-time: one system call.
    borrowing func drainCount() -> UInt64 {
        var count: UInt64 = 0
        // SAFETY: the size is that of the number.
        let size = unsafe withUnsafeMutableBytes(of: &count) { bytes in
            unsafe clinux_read(raw, bytes.baseAddress!, bytes.count)
        }
        return size == MemoryLayout<UInt64>.size ? count : 0
    }
}
