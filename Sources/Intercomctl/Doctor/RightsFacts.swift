internal import HAL
internal import Report

/// Real-time priority and locked memory of the running daemon, else as its start would have them.
struct RightsFacts {
    enum Source: Equatable {
        case daemon(isRealtime: Bool, isLocked: Bool)
        /// `LimitRTPRIO=` and `LimitMEMLOCK=` of the unit.
        case unit(priority: String?, memory: String?)
        /// This user's limits; memory nil is without limit.
        case user(priority: Int, memory: UInt64?)
    }

    let source: Source

    /// What the media thread asks for (intercomd.service says more, to have room).
    private static let priority = 60
    private static let realtimeFix = "LimitRTPRIO=70 in the service, or ulimit -r 70"
    private static let memoryFix = "LimitMEMLOCK=infinity in the service, or ulimit -l unlimited"

    init(source: Source) { self.source = source }

    init(_ situation: Situation) {
        if let status = situation.status {
            source = .daemon(isRealtime: status.isRealtime, isLocked: status.isMemoryLocked)
            return
        }
        let unit = UnitFacts()
        source =
            unit.path == nil
            ? .user(
                priority: ResourceLimit.realtimePriority, memory: ResourceLimit.lockedMemory)
            : .unit(priority: unit["LimitRTPRIO"], memory: unit["LimitMEMLOCK"])
    }

    /// The soft limit of `soft:hard` in the unit (systemd.exec(5)).
    private static func soft(_ limit: String) -> Substring { limit.prefix { $0 != ":" } }

    private static func allows(_ limit: String, _ value: Int) -> Bool {
        soft(limit) == "infinity" || Int(soft(limit)) ?? 0 >= value
    }

    var realtimeChecks: [Check] {
        let complaint = "sound may break under load"
        switch source {
        case .daemon(true, _):
            return [.ok(.realtime, "SCHED_FIFO granted")]
        case .daemon(false, _):
            return [
                .warn(
                    .realtime, "no real-time priority: \(complaint)", fix: Self.realtimeFix)
            ]
        case .unit(let text, _):
            guard let text, Self.allows(text, Self.priority) else {
                return [
                    .warn(
                        .realtime, "the service has no right to real-time priority: \(complaint)",
                        fix: "LimitRTPRIO=70 in the service: sudo systemctl edit intercomd")
                ]
            }
            return [.ok(.realtime, "the service may (LimitRTPRIO=\(text))")]
        case .user(let priority, _):
            guard priority >= Self.priority else {
                return [
                    .warn(
                        .realtime, "this user may not have real-time priority: \(complaint)",
                        fix: Self.realtimeFix)
                ]
            }
            return [.ok(.realtime, "this user may have real-time priority")]
        }
    }

    var memoryChecks: [Check] {
        let complaint = "sound may wait for the disk"
        switch source {
        case .daemon(_, true):
            return [.ok(.memory, "locked")]
        case .daemon(_, false):
            return [.warn(.memory, "not locked: \(complaint)", fix: Self.memoryFix)]
        case .unit(_, let text):
            guard let text, Self.soft(text) == "infinity" else {
                return [
                    .warn(
                        .memory, "the service may not lock it: \(complaint)",
                        fix: "LimitMEMLOCK=infinity in the service: sudo systemctl edit intercomd")
                ]
            }
            return [.ok(.memory, "the service may lock it (LimitMEMLOCK=\(text))")]
        case .user(_, .some):
            return [.warn(.memory, "this user may not lock it: \(complaint)", fix: Self.memoryFix)]
        case .user(_, nil):
            return [.ok(.memory, "this user may lock it")]
        }
    }
}
