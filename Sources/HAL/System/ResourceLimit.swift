internal import CLinux

/// What the kernel lets this process take.
public enum ResourceLimit {
    /// The highest SCHED_FIFO priority it may ask for; 0 is none.
    public static var realtimePriority: Int {
        if clinux_has_capability(CLINUX_CAP_SYS_NICE) == 1 { return 99 }
        return Int(clamping: limit(CLINUX_LIMIT_RTPRIO) ?? 99)
    }

    /// The bytes of memory it may lock; nil when there is no limit.
    public static var lockedMemory: UInt64? {
        if clinux_has_capability(CLINUX_CAP_IPC_LOCK) == 1 { return nil }
        return limit(CLINUX_LIMIT_MEMLOCK)
    }

    private static func limit(_ which: Int32) -> UInt64? {
        var limit: UInt64 = 0
        guard unsafe clinux_limit(which, &limit) == 0 else { return 0 }
        // The C header's word for no limit.
        return limit == UInt64.max ? nil : limit
    }
}
