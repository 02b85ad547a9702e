internal import CLinux

/// The running program itself.
public enum Program {
    /// The words after the program's name; what is not UTF-8 in them is replaced.
    public static var arguments: [String] {
        (0..<clinux_argument_count()).dropFirst().map { index in
            // SAFETY: the text stays where it is while the program runs, and is copied.
            unsafe String(cString: clinux_argument(index))
        }
    }

    /// Puts /dev/null where a standard stream is closed, before something else gets its number.
    ///
    /// Reading and writing there go on to fail. Before anything is opened.
    public static func fillStreams() { clinux_fill_streams() }

    /// Ends the program at once with a status for whoever started it.
    ///
    /// Nothing is unwound: what must be put away is put away before.
    public static func exit(_ status: Int32) -> Never { clinux_exit(status) }
}
