internal import CLinux

/// One line about a fault of the program itself, where it was, before it ends of it.
///
/// A trap in real-time code can be told nowhere else: no log, no memory, no second try. The line
/// names signal, thread, and the functions it was in, as the linker does (`swift demangle` reads
/// them), with addresses for `addr2line`. It costs nothing until then, and the signal does what it
/// would have done: whoever looks after the process sees how it ended.
public enum LastWords {
    /// From now on; to be asked for on the main thread before any other is started.
    public static func prepare() throws(SystemError) {
        // The journal takes the number for the priority (sd-daemon(3)); a person needs none.
        let mark = JournalSocket.isStandardError ? "<2>" : ""
        _ = try SystemError.check(unsafe clinux_last_words(mark), "sigaction")
    }
}
