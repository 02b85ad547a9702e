internal import CLinux

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
