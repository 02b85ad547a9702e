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
        /// Too many programs ask at once.
        case busy
        /// The station to pair with is a peer already.
        case known
        /// The other station refuses to pair, and reports the reason at its own side.
        case declined
        /// The request is valid but could not be done; the text has the reason.
        case failed
    }

    public private(set) var code: Code
    /// The cause, its place, and the remedy.
    public private(set) var text: String

    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

extension ControlError: JSONRecord {
    public init() { self.init(.failed, "") }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("code", &code)
        coder.field("message", &text)
    }
}

extension ControlError.Code: JSONWord {
    /// An unknown code of a newer daemon still has a text for people.
    public static var ofNewerProgram: Self? { .failed }
}

extension ControlError: CustomStringConvertible {
    public var description: String { text }
}

/// The longest lines on the control socket in bytes, without the newline.
public enum ControlLimits {
    public static let request = 4 * 1024
    public static let reply = 256 * 1024
}

/// Cuts the bytes from the control socket into lines, and holds at most one unfinished line.
public struct LineBuffer: Sendable {
    public enum Line: Equatable, Sendable {
        /// Without its newline.
        case line([UInt8])
        /// A line over the limit, which was dropped up to its newline.
        case tooLong
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    /// Whether the line being read is over the limit already.
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
