internal import CLinux

/// A system call that failed, in words for the person who must act.
public struct SystemError: Error, Equatable, Sendable {
    /// What was attempted and on what, such as "bind 0.0.0.0:5577".
    public let operation: String
    /// The kernel's reason, a positive errno.
    public let errno: Int32
    /// There is no such file or folder.
    public static let noSuchFile = ENOENT
    /// Who asks has no right to it.
    public static let noPermission = EACCES
    /// A part of the path is no folder.
    public static let notADirectory = ENOTDIR
    /// Nobody listens there.
    public static let refused = ECONNREFUSED
    /// It is larger than it may be.
    public static let tooLarge = EFBIG

    /// What to do about it; empty when the reason says enough.
    public let advice: String

    public init(operation: String, errno: Int32, advice: String = "") {
        self.operation = operation
        self.errno = errno
        self.advice = advice
    }

    /// Passes a count or descriptor through, and throws what CLinux returned as a negated errno.
    static func check(
        _ result: Int32, _ operation: @autoclosure () -> String
    ) throws(SystemError) -> Int32 {
        guard result >= 0 else { throw SystemError(operation: operation(), errno: -result) }
        return result
    }

    /// The kernel's name for an errno, such as "Permission denied".
    static func text(of errno: Int32) -> String {
        // SAFETY: the text is a constant of the C library, terminated by a zero.
        unsafe String(cString: clinux_error_text(errno))
    }
}

extension SystemError: CustomStringConvertible {
    public var description: String {
        let reason = "\(operation): \(SystemError.text(of: errno))"
        return advice.isEmpty ? reason : "\(reason); \(advice)"
    }
}
