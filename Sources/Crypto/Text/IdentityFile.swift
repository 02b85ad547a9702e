/// The text of an identity file: the secret that makes a station itself (protocol.md §4.2).
///
/// `intercom-identity-1 `, 64 hexadecimal digits of the X25519 secret, a line feed: 85 bytes.
public enum IdentityFile {
    public static let size = 85

    private static let prefix: StaticString = "intercom-identity-1 "

    /// Reads the text of an identity file; the final line feed may be missing.
    public static func parse(_ text: Span<UInt8>) throws(KeyFileError) -> Key {
        let prefix = IdentityFile.prefix.bytes
        guard text.count >= prefix.count else { throw .notAnIdentity }
        for i in prefix.indices where text[i] != prefix[i] { throw .notAnIdentity }
        return try PSKFile.parse(text.extracting(prefix.count..<text.count))
    }

    /// Writes the 85 bytes of the file; wiping `text` afterwards is the caller's duty.
    public static func write(_ secret: borrowing Key, into text: inout MutableSpan<UInt8>) {
        precondition(text.count == size)
        let prefix = IdentityFile.prefix.bytes
        for i in prefix.indices { text[i] = prefix[i] }
        PSKFile.write(secret, into: &text, at: prefix.count)
    }
}

/// The text of a psk file: 64 hexadecimal digits and a line feed (protocol.md §4.2).
public enum PSKFile {
    public static let size = 65

    /// Reads the text of a psk file, or 64 pasted digits; the final line feed may be missing.
    public static func parse(_ text: Span<UInt8>) throws(KeyFileError) -> Key {
        var count = text.count
        if count > 0, text[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        guard count == Key.size * 2 else { throw .digitCount }
        var isGood = false
        let key = Key { bytes in
            isGood = Hexadecimal.decode(text.extracting(0..<count), into: &bytes)
        }
        guard isGood else { throw .notADigit }
        return key
    }

    /// Writes the 65 bytes of the file; wiping `text` afterwards is the caller's duty.
    public static func write(_ psk: borrowing Key, into text: inout MutableSpan<UInt8>) {
        precondition(text.count == size)
        write(psk, into: &text, at: 0)
    }

    fileprivate static func write(
        _ key: borrowing Key, into text: inout MutableSpan<UInt8>, at start: Int
    ) {
        Hexadecimal.write(key.bytes, into: &text, at: start)
        text[start + 2 * Key.size] = UInt8(ascii: "\n")
    }
}

/// Why the text of a key file was refused; it never contains any of that text.
public enum KeyFileError: Error, Equatable, CustomStringConvertible {
    case notAnIdentity
    case notARecordingKey
    case digitCount
    case notADigit

    public var description: String {
        switch self {
        case .notAnIdentity:
            "is not an identity file: it must begin with \"intercom-identity-1 \""
        case .notARecordingKey:
            "is not the secret file of a recording key: it must hold \"intercom-recording-1 \","
                + " 192 hexadecimal digits and a line feed"
        case .digitCount:
            "must hold 64 hexadecimal digits and nothing after them but a line feed"
        case .notADigit:
            "holds a character that is not a hexadecimal digit"
        }
    }
}
