internal import CLinux

/// The count of heap calls by the real-time loop, when the counting library is preloaded.
public enum HeapWatch {
    /// Starts or stops counting the calling thread's heap calls.
    public static func arm(_ isOn: Bool) { clinux_heapwatch_arm(isOn ? 1 : 0) }

    /// Calls counted so far; nil without the library.
    public static var count: UInt64? {
        let count = clinux_heapwatch_count()
        return count >= 0 ? UInt64(count) : nil
    }
}
