/// Why a line, a key of an input device or an LED cannot be used, in words for the person who
/// wired or configured it.
public struct GPIOError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The machine has no GPIO chip, or not this one.
        case noChip
        /// No chip has a line of this name or number.
        case noLine
        /// Another program holds the line; the name is empty when the kernel does not know it.
        case busy(holder: String)
        /// The user may not open the chip at this path.
        case noPermission(path: String)
        /// No input device has this name.
        case noDevice
        /// The input device has no such key.
        case noKey
        /// The kernel knows no LED of this name.
        case noLED
        /// Any other failure, with its errno; also that of a line that has worked before.
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
                "no permission to open \(path): the user must be in group \(group(of: path))"
            case .noDevice:
                "there is no input device of this name now (intercomctl keys list)"
            case .noKey:
                "the input device has no such key (intercomctl keys list)"
            case .noLED:
                "there is no LED of this name (ls /sys/class/leds)"
            case .failed(let errno):
                SystemError.text(of: errno)
            }
        return "line \(line): \(complaint)"
    }

    /// The group of the device nodes, as a distribution or our own rule sets it.
    private func group(of path: String) -> String {
        path.utf8.starts(with: "/dev/input".utf8) ? "input" : "gpio"
    }
}
