/// Why a request was refused, for the person or program that made it.
public struct ControlError: Error, Equatable {
    public enum Code: String, Sendable {
        /// Not a request: no JSON object, or its members are wrong.
        case badRequest = "bad_request"
        /// The line is longer than `ControlLimits.request`, or the reply than `.reply`.
        case tooLong = "too_long"
        /// `v` is not 1.
        case unsupportedVersion = "unsupported_version"
        /// `do` is no command of this daemon.
        case unknownCommand = "unknown_command"
        /// No peer or channel has this name.
        case unknownTarget = "unknown_target"
        /// The caller's groups do not allow it.
        case denied
        /// Too many are asking at once.
        case busy
        /// The station that is to become a peer is one already.
        case known
        /// The other station does not pair, and says why at its own side.
        case declined
        /// The request is valid but could not be done; the text has the reason.
        case failed
    }

    public let code: Code
    /// What, where, and what to do.
    public let text: String

    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

extension ControlError: CustomStringConvertible {
    public var description: String { text }
}

/// How long lines on the control socket may be, newline not counted.
public enum ControlLimits {
    public static let request = 4 * 1024
    public static let reply = 256 * 1024
}
