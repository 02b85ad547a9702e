internal import CLinux

/// Keeps the process in memory, so that the sound never waits for a page.
public enum MemoryLock {
    /// Locks all pages once they are touched, now and later.
    ///
    /// To be called once everything has been made. The error is worth a warning, no more.
    public static func lock() throws(SystemError) {
        let result = clinux_memory_lock()
        guard result == 0 else {
            throw SystemError(
                operation: "mlockall", errno: -result,
                advice: "the sound may wait for the disk: give the service LimitMEMLOCK=infinity")
        }
    }
}

/// Keeps the keys in the process's memory out of reach of other programs.
public enum ProcessHardening {
    /// Forbids core dumps, and reading the memory by programs of the same user.
    public static func hideMemory() throws(SystemError) {
        _ = try SystemError.check(clinux_hide_memory(), "forbid core dumps")
    }
}
