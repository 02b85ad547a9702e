internal import CLinux

/// The kernel's random generator.
public enum Random {
    /// Fills `bytes` from getrandom(2), which waits at boot until the kernel has a seed.
    ///
    /// Traps when the kernel refuses: without randomness nothing is safe.
    public static func fill(_ bytes: inout MutableSpan<UInt8>) {
        let status = unsafe bytes.withUnsafeMutableBufferPointer {
            $0.isEmpty ? 0 : unsafe secret_random($0.baseAddress!, $0.count)
        }
        precondition(status == 0, "the kernel gives no random bytes")
    }
}
