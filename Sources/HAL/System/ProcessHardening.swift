internal import CLinux

/// Keeps the keys in the process's memory out of reach of other programs.
public enum ProcessHardening {
    /// Forbids core dumps, and reading of the memory by programs of the same user.
    public static func hideMemory() throws(SystemError) {
        _ = try SystemError.check(clinux_hide_memory(), "forbid core dumps")
    }
}
