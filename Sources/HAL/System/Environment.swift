internal import CLinux

/// The environment and the user of the process.
public enum Environment {
    /// The value of an environment variable; nil when it is absent.
    public static func value(of name: String) -> String? {
        // SAFETY: nothing in the process changes the environment; the text is copied.
        guard let text = unsafe clinux_environment(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// The user id of the process.
    public static var userID: UInt32 { clinux_user_id() }

    /// The id of a group such as "intercom-admin"; nil when the machine has no such group.
    ///
    /// May read files: not for the media loop.
    public static func groupID(of name: String) -> UInt32? {
        let id = unsafe clinux_group_id(name)
        return id >= 0 ? UInt32(id) : nil
    }

    /// Whether a group of the machine lists a user as a member; nil without such a group.
    ///
    /// May read files: not for the media loop.
    public static func group(_ name: String, lists user: String) -> Bool? {
        let answer = unsafe clinux_group_lists(name, user)
        return answer >= 0 ? answer == 1 : nil
    }

    /// The machine's host name; empty when it has none.
    public static var hostName: String {
        var name = InlineArray<256, CChar>(repeating: 0)
        var span = name.mutableSpan
        // SAFETY: it is told the size of the buffer, and ends the text with a zero.
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_host_name(buffer.baseAddress!, buffer.count)
            return unsafe String(cString: buffer.baseAddress!)
        }
    }
}
