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

    /// The folder of the running program's file; nil where the kernel does not tell.
    public static var folder: String? {
        var path = [CChar](repeating: 0, count: 4096)
        let size = Int32(path.count)
        let text = unsafe path.withUnsafeMutableBufferPointer { room in
            // SAFETY: the buffer has room for `size` bytes, and the text in it ends with a zero.
            unsafe clinux_program_path(room.baseAddress!, size) == 0
                ? unsafe String(cString: room.baseAddress!) : nil
        }
        guard let text, let end = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(text[..<end])
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
