internal import CLinux

/// Whether the wall clock can be trusted.
public enum ClockState {
    /// Whether the kernel considers its clock synchronised; nil when it does not say.
    public static var isSynchronised: Bool? {
        let result = clinux_clock_is_synchronised()
        return result < 0 ? nil : result == 1
    }
}
