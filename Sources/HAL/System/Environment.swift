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

    /// What the machine is called; empty when it has no name.
    public static var hostName: String {
        var name = InlineArray<256, CChar>(repeating: 0)
        var span = name.mutableSpan
        // SAFETY: it writes no more than it is told there is room for, with a zero at the end.
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_host_name(buffer.baseAddress!, buffer.count)
            return unsafe String(cString: buffer.baseAddress!)
        }
    }
}
