internal import CLinux

/// How far the time of day can be believed.
public enum ClockState {
    /// Whether the kernel counts its clock as set by a reference; nil when it does not say.
    public static var isSynchronised: Bool? {
        let result = clinux_clock_is_synchronised()
        return result < 0 ? nil : result == 1
    }
}
