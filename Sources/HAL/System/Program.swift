internal import CLinux

/// The running program itself.
public enum Program {
    /// The arguments after the program's name; bytes that are not UTF-8 are replaced.
    public static var arguments: [String] {
        (0..<clinux_argument_count()).dropFirst().map { index in
            // SAFETY: the text is constant while the program runs, and is copied.
            unsafe String(cString: clinux_argument(index))
        }
    }

    /// Opens /dev/null for each closed standard stream, before another file gets its number.
    ///
    /// Reading and writing there fail as before. Call it before opening anything.
    public static func fillStreams() { clinux_fill_streams() }

    /// Ends the program at once with an exit status.
    ///
    /// Nothing is unwound: finish all cleanup first.
    public static func exit(_ status: Int32) -> Never { clinux_exit(status) }
}
