internal import CLinux

/// What a person types into a program.
public enum Keyboard {
    private static let descriptor: Int32 = 0
    /// More than anybody types.
    private static let lineMax = 4096

    /// Whether there is a person, rather than a file or another program.
    public static var isThere: Bool { clinux_is_terminal(descriptor) == 1 }

    /// The next line without its line feed; nil when there will be none.
    ///
    /// What is not UTF-8 in it is replaced; what is too long is cut off.
    public static func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            // One at a time: what follows the line is for whoever reads next.
            // SAFETY: the call writes at most the one byte.
            let count = unsafe withUnsafeMutablePointer(to: &byte) { pointer in
                unsafe clinux_read(descriptor, pointer, 1)
            }
            guard count == 1 else {
                // Cut short by Ctrl-D, it was not meant to be taken.
                return nil
            }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < lineMax { bytes.append(byte) }
        }
    }
}
