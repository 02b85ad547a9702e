/// Why a GPIO line cannot be used, in words for the person who wired or configured it.
public struct GPIOError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The machine has no GPIO chip, or not this one.
        case noChip
        /// No chip has a line of this name or number.
        case noLine
        /// Somebody holds the line; the name is empty when the kernel does not say who.
        case busy(holder: String)
        /// The user may not open the chip at this path.
        case noPermission(path: String)
        /// Anything else, with its errno; also a line that worked and then did not.
        case failed(errno: Int32)
    }

    /// The line as the configuration names it.
    public let line: String
    public let reason: Reason

    public init(line: String, reason: Reason) {
        self.line = line
        self.reason = reason
    }
}

extension GPIOError: CustomStringConvertible {
    public var description: String {
        let complaint =
            switch reason {
            case .noChip:
                "there is no such GPIO chip on this machine (intercomctl gpio list)"
            case .noLine:
                "no GPIO chip has a line of this name (intercomctl gpio list)"
            case .busy(let holder):
                holder.isEmpty
                    ? "another program or the kernel holds the line"
                    : "the line is held by \"\(holder)\""
            case .noPermission(let path):
                "no permission to open \(path): the user must be in group gpio"
            case .failed(let errno):
                SystemError.text(of: errno)
            }
        return "line \(line): \(complaint)"
    }
}
