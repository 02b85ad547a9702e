internal import CLinux

/// Keeps the keys in the process's memory out of reach of other programs.
public enum ProcessHardening {
    /// Forbids core dumps, and reading of the memory by programs of the same user.
    public static func hideMemory() throws(SystemError) {
        _ = try SystemError.check(clinux_hide_memory(), "forbid core dumps")
    }
}

/// Keeps the process in memory, so that the sound never waits for a page.
public enum MemoryLock {
    /// Locks all pages once they are touched, now and later, after freeing unused heap memory.
    ///
    /// Call it after everything has been made. Under a finite limit nothing is locked, because an
    /// allocation that later reached the limit would fail. An error deserves only a warning.
    public static func lock() throws(SystemError) {
        let result = clinux_memory_lock()
        guard result == 0 else {
            throw SystemError(
                operation: "mlockall", errno: -result,
                advice: "the sound may wait for the disk: give the service LimitMEMLOCK=infinity")
        }
    }
}

/// A line about a crash of the program, written before the crash ends it.
///
/// No log, memory or second try is left to report a trap in real-time code. The line has the
/// signal, the thread, and the functions as the linker names them (`swift demangle` reads them),
/// with addresses for `addr2line`. Until then it costs nothing. The signal then ends the program as
/// usual, so a supervisor sees the cause.
public enum LastWords {
    /// Installs the signal handlers; call it on the main thread before any other thread starts.
    public static func prepare() throws(SystemError) {
        // The journal reads the number as the priority (sd-daemon(3)); people do not need it.
        let mark = JournalSocket.isStandardError ? "<2>" : ""
        _ = try SystemError.check(unsafe clinux_last_words(mark), "sigaction")
    }
}

/// The count of heap calls by the real-time loop, when the counting library is preloaded.
public enum HeapWatch {
    /// Starts or stops counting the calling thread's heap calls.
    public static func arm(_ isOn: Bool) { clinux_heapwatch_arm(isOn ? 1 : 0) }

    /// The calls counted so far; nil without the library.
    public static var count: UInt64? {
        let count = clinux_heapwatch_count()
        return count >= 0 ? UInt64(count) : nil
    }
}

/// A thread with a stack of fixed size, and with real-time priority if permitted.
///
/// Half of a real-time thread's stack is in memory before the thread runs, so that no page fault
/// can delay it. The thread treats subnormal numbers as zero: fading sound would reach them, and on
/// x86 each costs as much as a hundred other numbers.
@safe public struct RealtimeThread: ~Copyable, @unchecked Sendable {
    private var thread: clinux_thread

    /// Whether the kernel granted SCHED_FIFO; without it the thread runs at ordinary priority.
    public let isRealtime: Bool

    /// Starts a thread that runs `body` once.
    ///
    /// `name` is cut to the 15 bytes that the kernel keeps. `priority` is SCHED_FIFO's, 1 to 99; 0
    /// asks for an ordinary thread.
    public init(
        name: String, priority: Int32, stackSize: Int = 256 * 1024,
        body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        precondition((0...99).contains(priority) && stackSize > 0)
        var thread = unsafe clinux_thread()
        let argument = unsafe Unmanaged.passRetained(Body(body))
        // SAFETY: the thread takes over the one reference of `argument`; `thread` is written
        // before the call returns, and the name is copied.
        let result = unsafe clinux_thread_start(
            &thread, name, priority, stackSize,
            { argument in
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
            }, argument.toOpaque())
        guard result >= 0 else {
            unsafe argument.release()
            throw SystemError(operation: "start thread \(name)", errno: -result)
        }
        unsafe self.thread = thread
        isRealtime = result == 1
    }

    // SAFETY: `thread` was started, and it is joined nowhere else.
    deinit {
        var thread = unsafe thread
        unsafe clinux_thread_join(&thread)
    }

    /// Waits until the body has returned.
    ///
    /// Dropping the value waits too: a thread never outlives the values it borrowed.
    public consuming func join() {}
}

/// Signals from people and the service manager, as a readable descriptor.
public struct Signals: ~Copyable, Sendable {
    public enum Signal: Int32, Sendable, CaseIterable {
        /// Read the configuration again.
        case hangup = 1
        /// Ctrl-C.
        case interrupt = 2
        /// Ctrl-\.
        case quit = 3
        case terminate = 15
    }

    private let descriptor: FileDescriptor

    /// Blocks the signals for the process, and ignores broken pipes and stray signals.
    ///
    /// Only for the main thread, before any other thread starts: threads inherit blocked signals,
    /// and a signal would kill the process through a thread that does not block it.
    public init() throws(SystemError) {
        descriptor = try FileDescriptor(signals: Signal.allCases.map { $0.rawValue })
    }

    /// The descriptor to watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Returns the next signal; nil when none is waiting.
    public borrowing func next() -> Signal? {
        Signal(rawValue: clinux_signals_next(descriptor.raw))
    }
}

/// The running program itself.
public enum Program {
    /// The arguments after the program's name; bytes that are not UTF-8 are replaced.
    public static var arguments: [String] {
        (0..<clinux_argument_count()).dropFirst().map { index in
            // SAFETY: the text is constant while the program runs, and is copied.
            unsafe String(cString: clinux_argument(index))
        }
    }

    /// The folder of the running program's file; nil where the kernel does not report it.
    public static var folder: String? {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = unsafe path.withUnsafeMutableBytes { room in
            // SAFETY: at most as many bytes are written as there is room for.
            unsafe readlink(
                "/proc/self/exe", room.baseAddress!.assumingMemoryBound(to: CChar.self),
                room.count)
        }
        guard (1..<path.count).contains(count) else { return nil }
        return FileStore.folder(of: String(decoding: path[..<count], as: UTF8.self))
    }

    /// Opens /dev/null for each closed standard stream, before another file gets its number.
    ///
    /// Reading and writing there still fail. Call it before opening any file.
    public static func fillStreams() { clinux_fill_streams() }

    /// Ends the program at once with an exit status.
    ///
    /// Nothing is unwound: finish all cleanup first.
    public static func exit(_ status: Int32) -> Never { CLinux.exit(status) }
}

/// The environment and the user of the process.
public enum Environment {
    /// Returns the value of an environment variable; nil when it is absent.
    public static func value(of name: String) -> String? {
        // SAFETY: nothing in the process changes the environment; the text is copied.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// The user id of the process.
    public static var userID: UInt32 { geteuid() }

    /// Returns the id of a group such as "intercom-admin"; nil when the machine has no such group.
    ///
    /// The call may read files, and so may the next: both are for the main thread.
    public static func groupID(of name: String) -> UInt32? { unsafe getgrnam(name)?.pointee.gr_gid }

    /// Returns whether a group of the machine lists a user as a member; nil without such a group.
    public static func group(_ name: String, lists user: String) -> Bool? {
        guard let group = unsafe getgrnam(name), var member = unsafe group.pointee.gr_mem
        else { return nil }
        // SAFETY: a nil ends the list, which lasts until the next call.
        while let name = unsafe member.pointee {
            if unsafe strcmp(name, user) == 0 { return true }
            unsafe member += 1
        }
        return false
    }

    /// The machine's host name; empty when it has none.
    public static var hostName: String {
        var name = InlineArray<256, CChar>(repeating: 0)
        var span = name.mutableSpan
        // SAFETY: the last byte of the buffer stays a zero.
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            _ = unsafe gethostname(buffer.baseAddress!, buffer.count - 1)
            return unsafe String(cString: buffer.baseAddress!)
        }
    }
}
