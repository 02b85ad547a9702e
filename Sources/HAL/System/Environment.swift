internal import CLinux

/// What the process was started with.
public enum Environment {
    /// The value of an environment variable; nil when it is absent.
    public static func value(of name: String) -> String? {
        // SAFETY: nothing in the process changes the environment; the text is copied.
        guard let text = unsafe clinux_environment(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// The user the process acts as.
    public static var userID: UInt32 { clinux_user_id() }

    /// The id of a group such as "intercom-admin"; nil when the machine has no such group.
    ///
    /// May read files: not for the media loop.
    public static func groupID(of name: String) -> UInt32? {
        let id = unsafe clinux_group_id(name)
        return id >= 0 ? UInt32(id) : nil
    }
}

/// The two outputs of a program.
public enum Terminal {
    public enum Output: Int32, Sendable {
        case result = 1
        case complaint = 2
    }

    /// Whether a person is looking rather than a file or another program.
    public static func isInteractive(_ output: Output) -> Bool {
        clinux_is_terminal(output.rawValue) == 1
    }

    /// Writes the text as it is, without a line feed of its own.
    ///
    /// Returns false when the reader has gone or the disk is full.
    @discardableResult
    public static func write(_ text: String, to output: Output = .result) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                // SAFETY: `done` is below `count`, and what is left lies in the buffer.
                let count = unsafe clinux_write(
                    output.rawValue, bytes.baseAddress! + done, bytes.count - done)
                if count == -Int(EAGAIN) {
                    // The terminal was made nonblocking by whoever shares it.
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
}
