internal import HAL
internal import Report

/// Whether the usual GPIO line of a talk button is available.
enum ButtonTrial: Equatable {
    case free(place: String)
    /// Another program holds it; its name may be empty.
    case held(by: String)
    /// There are GPIO chips, but none has the line.
    case noLine
    case noChip
    /// The error that prevented a look.
    case unknown(String)

    static func usual() -> ButtonTrial {
        do throws(GPIOError) {
            let (chip, line) = try GPIOLine.place(of: SetupPlan.usualLine)
            return line.isUsed ? .held(by: line.holder) : .free(place: "\(chip)/\(line.offset)")
        } catch {
            switch error.reason {
            case .noChip: return .noChip
            case .noLine: return .noLine
            case .noPermission(let path):
                let chip = String(path.dropFirst("/dev/".count))
                return .unknown(GPIOError(line: chip, reason: error.reason).description)
            default: return .unknown(error.description)
            }
        }
    }

    /// A held line counts, too: the daemon may hold it, or the other program may be removed.
    var isThere: Bool {
        switch self {
        case .free, .held: true
        case .noLine, .noChip, .unknown: false
        }
    }

    var reason: String {
        switch self {
        case .free(let place): "\(place), free"
        case .held(let holder): "in use by \(holder.isEmpty ? "the kernel" : holder.visible)"
        case .noLine: "no GPIO line has the name \(SetupPlan.usualLine)"
        case .noChip: "no GPIO on this machine"
        case .unknown: "the GPIO lines cannot be listed"
        }
    }

    var warning: String? {
        let byHand = "talk with: intercomctl talk house"
        switch self {
        case .free: return nil
        case .held(let holder):
            guard !holder.hasPrefix("intercomd") else { return nil }
            return "\(SetupPlan.usualLine) is \(reason): free it, or write another line"
                + " (intercomctl gpio list)"
        case .noLine:
            return
                "no talk button: write [button ptt] with a line of intercomctl gpio list; \(byHand)"
        case .noChip: return "no talk button; \(byHand)"
        case .unknown(let why): return "\(why.visible); \(byHand)"
        }
    }
}
