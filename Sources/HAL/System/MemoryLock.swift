internal import CLinux

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
