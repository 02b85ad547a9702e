internal import CLinux

/// The text that a person types into a program.
public enum Keyboard {
    private static let descriptor: Int32 = 0
    /// Longer than any typed line.
    private static let lineMax = 4096

    /// Whether standard input is a terminal, not a file or another program.
    public static var isThere: Bool { clinux_is_terminal(descriptor) == 1 }

    /// The next line without its line feed; nil at the end.
    ///
    /// Bytes that are not UTF-8 are replaced; a line that is too long is cut.
    public static func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            // Byte by byte: what follows the line is for the next reader. SAFETY: the call writes
            // at most the one byte.
            let count = unsafe withUnsafeMutablePointer(to: &byte) { pointer in
                unsafe clinux_read(descriptor, pointer, 1)
            }
            guard count == 1 else {
                // Ended by Ctrl-D in the middle: the person has dropped the line.
                return nil
            }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < lineMax { bytes.append(byte) }
        }
    }
}
