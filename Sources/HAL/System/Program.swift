internal import CLinux

/// The running program itself.
public enum Program {
    /// Ends the program at once with a status for whoever started it.
    ///
    /// Nothing is unwound: what must be put away is put away before.
    public static func exit(_ status: Int32) -> Never { clinux_exit(status) }
}
