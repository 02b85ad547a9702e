internal import CLinux

/// Keeps the process in memory, so that the sound never waits for a page.
public enum MemoryLock {
    /// Locks all pages once they are touched, now and later; what the heap can spare goes first.
    ///
    /// To be called once everything has been made. Under a finite limit nothing is locked, for
    /// the allocation that reached it later would fail. The error is worth a warning, no more.
    public static func lock() throws(SystemError) {
        let result = clinux_memory_lock()
        guard result == 0 else {
            throw SystemError(
                operation: "mlockall", errno: -result,
                advice: "the sound may wait for the disk: give the service LimitMEMLOCK=infinity")
        }
    }
}
