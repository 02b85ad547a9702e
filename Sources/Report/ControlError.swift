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

/// Cuts what arrives on the control socket into lines, holding at most one that is unfinished.
public struct LineBuffer: Sendable {
    public enum Line: Equatable, Sendable {
        /// Without its newline.
        case line([UInt8])
        /// Over the limit; it was thrown away up to its newline.
        case tooLong
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    /// The line being read is over the limit already.
    public private(set) var isSkipping = false
    private var ready: [Line] = []

    /// - Parameter limit: the most bytes of a line, newline not counted.
    public init(limit: Int) { self.limit = limit }

    public mutating func append(_ arrived: Span<UInt8>) {
        for index in arrived.indices {
            let byte = arrived[index]
            if byte == UInt8(ascii: "\n") {
                ready.append(isSkipping ? .tooLong : .line(bytes))
                bytes.removeAll(keepingCapacity: true)
                isSkipping = false
            } else if bytes.count == limit {
                isSkipping = true
            } else {
                bytes.append(byte)
            }
        }
    }

    /// Whether a whole line waits to be taken.
    public var hasLine: Bool { !ready.isEmpty }

    /// The next whole line; nil until more arrives.
    public mutating func next() -> Line? {
        ready.isEmpty ? nil : ready.removeFirst()
    }
}
