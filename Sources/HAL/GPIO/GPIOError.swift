/// Why a line, a key of an input device or an LED cannot be used, in words for the person who
/// wired or configured it.
public struct GPIOError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The machine has no GPIO chip, or not the named one.
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
        /// Any other failure, with its errno; also the failure of a line that has worked before.
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

extension GPIOError {
    /// Returns a level or a count; throws a negated errno, as from a line that has worked before.
    static func check(_ result: Int32, _ line: String) throws(GPIOError) -> Int32 {
        guard result >= 0 else { throw GPIOError(line: line, reason: .failed(errno: -result)) }
        return result
    }
}

extension GPIOError: CustomStringConvertible {
    public var description: String { "line \(line): \(text)" + (fix.map { "; \($0)" } ?? "") }

    /// The finding, without the line.
    public var text: String {
        switch reason {
        case .noChip: "there is no such GPIO chip on this machine"
        case .noLine: "no GPIO chip has a line of this name"
        case .busy(let holder):
            holder.isEmpty
                ? "held by another program or the kernel" : "held by \"\(holder)\""
        case .noPermission(let path): "no permission to open \(path)"
        case .noDevice: "there is no input device of this name now"
        case .noKey: "the input device has no such key"
        case .noLED: "there is no LED of this name"
        case .failed(let errno): SystemError.text(of: errno)
        }
    }

    /// The way out; nil where none is known.
    public var fix: String? {
        let other = "set another `line`"
        switch reason {
        case .noChip, .noLine: return "\(other) (intercomctl gpio list)"
        case .noDevice, .noKey: return "\(other) (intercomctl keys list)"
        case .noLED: return "\(other) (ls /sys/class/leds)"
        case .busy(let holder):
            switch holder {
            case "gpio-keys", "gpio-leds", "leds-gpio", "w1", "sysfs":
                return "remove its dtoverlay from /boot/firmware/config.txt, or \(other)"
            case "": return "gpioinfo, or \(other)"
            default: return "end that program, or \(other)"
            }
        case .noPermission:
            return group.map { "the user that runs this program must be in group \($0)" }
        case .failed: return nil
        }
    }

    /// The code of the fault, for programs.
    public var code: String {
        switch reason {
        case .noChip: "no_chip"
        case .noLine: "no_line"
        case .busy: "busy"
        case .noPermission: "no_permission"
        case .noDevice: "no_device"
        case .noKey: "no_key"
        case .noLED: "no_led"
        case .failed: "failed"
        }
    }

    /// The group whose members may open the line's device, by a distribution's rule or ours; nil
    /// where permission is not the problem.
    public var group: String? {
        guard case .noPermission(let path) = reason else { return nil }
        return path.utf8.starts(with: "/dev/input".utf8) ? "input" : "gpio"
    }
}
