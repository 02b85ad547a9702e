internal import CLinux

/// The text that a person types into a program.
public enum Keyboard {
    private static let descriptor: Int32 = 0
    /// Longer than any typed line.
    private static let lineMax = 4096

    /// Whether standard input is a terminal, not a file or another program.
    public static var isThere: Bool { clinux_is_terminal(descriptor) == 1 }

    /// The next line without its line feed; nil at the end, and when it is too long.
    ///
    /// Bytes that are not UTF-8 are replaced.
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
            // One without an end must not hold up the program for ever.
            guard bytes.count < lineMax else { return nil }
            bytes.append(byte)
        }
    }

    /// Reads the next line of standard input, a secret, without its line feed; returns its size.
    ///
    /// Nil at the end, and when the line is too long for the buffer.
    public static func secretLine(into bytes: inout MutableSpan<UInt8>) -> Int? {
        var count = 0
        var byte: UInt8 = 0
        while true {
            // Byte by byte, as in `line`. SAFETY: the call writes at most the one byte.
            let result = unsafe withUnsafeMutablePointer(to: &byte) { pointer in
                unsafe clinux_read(descriptor, pointer, 1)
            }
            guard result == 1 else { return result == 0 && count > 0 ? count : nil }
            if byte == UInt8(ascii: "\n") { return count }
            guard count < bytes.count else { return nil }
            bytes[count] = byte
            count += 1
        }
    }
}
