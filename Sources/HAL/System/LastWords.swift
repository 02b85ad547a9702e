internal import CLinux

/// One line about a crash of the program, written before the crash ends it.
///
/// A trap in real-time code can be reported nowhere else: no log, no memory, no second try. The
/// line has the signal, the thread, and the functions as the linker names them (`swift demangle`
/// reads them), with addresses for `addr2line`. Until then it costs nothing. The signal then ends
/// the program as it would have without it, so a supervisor sees how it ended.
public enum LastWords {
    /// Installs the signal handlers; call it on the main thread before any other thread starts.
    public static func prepare() throws(SystemError) {
        // The journal reads the number as the priority (sd-daemon(3)); people need none.
        let mark = JournalSocket.isStandardError ? "<2>" : ""
        _ = try SystemError.check(unsafe clinux_last_words(mark), "sigaction")
    }
}
