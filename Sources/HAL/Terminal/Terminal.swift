internal import CLinux

/// The two outputs of a program.
public enum Terminal {
    public enum Output: Int32, Sendable {
        case result = 1
        case complaint = 2
    }

    /// Whether it is a terminal, not a file or another program.
    public static func isInteractive(_ output: Output) -> Bool {
        clinux_is_terminal(output.rawValue) == 1
    }

    /// Columns and rows of the terminal; nil where there is none, or it does not know.
    public static func size(of output: Output) -> (columns: Int, rows: Int)? {
        var (columns, rows): (Int32, Int32) = (0, 0)
        // SAFETY: the call writes the two numbers and keeps neither pointer.
        guard unsafe clinux_terminal_size(output.rawValue, &columns, &rows) == 0,
            columns > 0, rows > 0
        else { return nil }
        return (Int(columns), Int(rows))
    }

    /// Whether this program may draw there: the shell has not sent it to the background.
    public static func isForeground(_ output: Output) -> Bool {
        clinux_is_foreground(output.rawValue) == 1
    }

    /// The longest text that `offer` writes, in bytes: a pipe with room accepts it in one piece.
    public static let offerMax = 4096

    /// Writes a short text if the reader has room for it now, and never waits.
    ///
    /// A longer text is cut to fit, with the line feed at its end. Returns false when not all of
    /// that was written.
    public static func offer(_ text: String, to output: Output) -> Bool {
        var text = shortened(text)
        return text.withUTF8 { bytes in
            guard clinux_poll(output.rawValue, Int16(CLINUX_WRITABLE), 0) == 1
            else { return false }
            // SAFETY: the bytes are read during the call only.
            return unsafe clinux_write(output.rawValue, bytes.baseAddress, bytes.count)
                == bytes.count
        }
    }

    /// The text cut to `offerMax` bytes between two characters, with its line feed if it had one.
    static func shortened(_ text: String) -> String {
        let bytes = text.utf8
        guard bytes.count > offerMax else { return text }
        let end = bytes.last == UInt8(ascii: "\n") ? "\n" : ""
        var cut = bytes.index(bytes.startIndex, offsetBy: offerMax - end.utf8.count)
        // The bytes of a character after its first are 10xxxxxx.
        while bytes[cut] & 0xc0 == 0x80 { cut = bytes.index(before: cut) }
        return String(decoding: bytes[..<cut], as: UTF8.self) + end
    }

    /// Writes the text as it is, without adding a line feed.
    ///
    /// Returns false when the reader has gone or the disk is full.
    @discardableResult
    public static func write(_ text: String, to output: Output = .result) -> Bool {
        var text = text
        return text.withUTF8 { bytes in unsafe write(bytes, to: output) }
    }

    /// Writes a secret as it is.
    ///
    /// Returns false when the reader has gone or the disk is full.
    public static func write(secret: Span<UInt8>, to output: Output = .result) -> Bool {
        // SAFETY: the bytes are read during the call only.
        unsafe secret.withUnsafeBufferPointer { bytes in unsafe write(bytes, to: output) }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to output: Output) -> Bool {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` is below `count`, and the rest lies in the buffer.
            let count = unsafe clinux_write(
                output.rawValue, bytes.baseAddress! + done, bytes.count - done)
            if count == -Int(EAGAIN) {
                // Another program that shares the terminal has made it nonblocking.
                _ = clinux_poll(output.rawValue, Int16(CLINUX_WRITABLE), -1)
            } else if count <= 0 {
                return false
            } else {
                done += count
            }
        }
        return true
    }
}
