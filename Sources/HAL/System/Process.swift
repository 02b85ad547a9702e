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
    /// Call it when everything has been made. Under a finite limit nothing is locked, because the
    /// allocation that later reached the limit would fail. An error deserves a warning, no more.
    public static func lock() throws(SystemError) {
        let result = clinux_memory_lock()
        guard result == 0 else {
            throw SystemError(
                operation: "mlockall", errno: -result,
                advice: "the sound may wait for the disk: give the service LimitMEMLOCK=infinity")
        }
    }
}

/// The kernel's limits for this process.
public enum ResourceLimit {
    /// The highest SCHED_FIFO priority allowed; 0 means none.
    public static var realtimePriority: Int {
        if clinux_has_capability(CLINUX_CAP_SYS_NICE) == 1 { return 99 }
        return Int(clamping: limit(CLINUX_LIMIT_RTPRIO) ?? 99)
    }

    /// The bytes of memory it may lock; nil without a limit.
    public static var lockedMemory: UInt64? {
        if clinux_has_capability(CLINUX_CAP_IPC_LOCK) == 1 { return nil }
        return limit(CLINUX_LIMIT_MEMLOCK)
    }

    private static func limit(_ which: Int32) -> UInt64? {
        var limit: UInt64 = 0
        guard unsafe clinux_limit(which, &limit) == 0 else { return 0 }
        // The C header's value for no limit.
        return limit == UInt64.max ? nil : limit
    }
}

/// One line about a crash of the program, written before the crash ends it.
///
/// A trap in real-time code can be reported nowhere else: no log, no memory, no second try. The
/// line has the signal, the thread, and the functions as the linker names them (`swift demangle`
/// reads them), with addresses for `addr2line`. Until then it costs nothing. The signal then ends
/// the program as it would have without it, so a supervisor sees how it ended.
public enum LastWords {
    /// Installs the signal handlers; call it on the main thread before any other thread starts.
    public static func prepare() throws(SystemError) {
        // The journal reads the number as the priority (sd-daemon(3)); people need none.
        let mark = JournalSocket.isStandardError ? "<2>" : ""
        _ = try SystemError.check(unsafe clinux_last_words(mark), "sigaction")
    }
}
