internal import Config
internal import Files
internal import HAL
internal import Report

/// Free space and rights of the state directory.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// The error if the directory could not be examined.
    var fault: SystemError?
    /// Names of the files with damaged parts that were set aside.
    var setAside: [String] = []

    private static let little: UInt64 = 16 << 20
    private static let nothing: UInt64 = 64 << 10

    init(path: String, space: DiskSpace?, fault: SystemError? = nil) {
        self.path = path
        self.space = space
        self.fault = fault
    }

    init(_ situation: Situation) {
        path = situation.paths.state
        do throws(SystemError) {
            space = try DiskSpace(at: path)
        } catch { fault = error }
        let state = situation.paths.directory
        setAside = ["history.bad", "state.bad"].filter { (try? state.status(of: $0)) != nil }
    }

    /// Damaged parts stay until somebody removes them.
    private var damage: [Check] {
        setAside.map { name in
            .warn(
                .disk, "damaged parts were set aside in \(path)/\(name)",
                fix: "look at the disk, then sudo rm \(path)/\(name)")
        }
    }

    var checks: [Check] {
        guard let space else {
            let isHidden = fault?.errno == SystemError.noPermission
            return isHidden
                ? [
                    .ok(
                        .disk, "\(path) is not for this user",
                        advice: "sudo intercomctl doctor disk")
                ]
                : [
                    .warn(
                        .disk, "there is no \(path)",
                        fix: "sudo systemd-tmpfiles --create intercomd.conf")
                ]
        }
        if space.isReadOnly {
            return [
                .warn(
                    .disk, "\(path) is read-only: new peers and keys cannot be kept",
                    fix: "sudo mount -o remount,rw \(path), or another `state` in [paths]")
            ]
        }
        let free = "\(space.freeBytes >> 20) MB free at \(path)"
        let fix = "sudo du -xh / | sort -h | tail"
        if space.freeBytes < Self.nothing { return [.fail(.disk, "full: \(free)", fix: fix)] }
        if space.freeBytes < Self.little { return damage + [.warn(.disk, "\(free)", fix: fix)] }
        return damage + [loss(space.kind) ?? .ok(.disk, free)]
    }

    /// What a power cut takes along; nil where it takes nothing.
    private func loss(_ kind: DiskSpace.Kind) -> Check? {
        let fix = "another `state` in [paths], on a disk that is written"
        switch kind {
        case .lasting: return nil
        case .memory:
            return .warn(
                .disk,
                "\(path) is in memory: after a restart of the machine this station has another "
                    + "key, and no peers", fix: fix)
        case .overlay:
            return .warn(
                .disk,
                "\(path) is on an overlay: if that is in memory (a read-only root), after a "
                    + "restart of the machine this station has another key, and no peers", fix: fix)
        }
    }
}

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

/// The time of day, which no sound depends on.
struct ClockFacts {
    var isSynchronised: Bool? = ClockState.isSynchronised

    var checks: [Check] {
        switch isSynchronised {
        case true: [.ok(.clock, "synchronised (needed for history only)")]
        case false:
            [
                .warn(
                    .clock, "not synchronised: history and journal may have wrong times",
                    fix: "sudo timedatectl set-ntp true")
            ]
        case nil: [.ok(.clock, "the kernel does not report it (needed for history only)")]
        }
    }
}

/// Whether the daemon's program and its libraries do on this machine what was tested elsewhere.
struct SelfTestFacts {
    /// The program; nil where it is unknown.
    let program: String?
    /// How its self-test ended; nil where the program is unknown.
    let outcome: SystemProgram.Outcome?

    init(program: String?, outcome: SystemProgram.Outcome?) {
        self.program = program
        self.outcome = outcome
    }

    /// Runs it: that of the folder of this program, as both are installed together.
    init() {
        program = Program.folder.map { "\($0)/intercomd" }
        outcome = program.map { SystemProgram.run($0, ["--self-test"]) }
    }

    var checks: [Check] {
        guard let program, let outcome else {
            return [
                .warn(
                    .selfTest, "not looked at: /proc does not tell where intercomctl is",
                    fix: "intercomd --self-test")
            ]
        }
        switch outcome {
        case .ended(0):
            return [.ok(.selfTest, "program and libraries do here what they must")]
        case .ended(let status):
            return [
                .fail(
                    .selfTest, "\(program) fails on this machine (status \(status))",
                    fix: "\(program) --self-test")
            ]
        case .notStarted(let error):
            return [
                .warn(
                    .selfTest, "not looked at: \(error)",
                    fix: "install intercomd and intercomctl in one folder")
            ]
        case .hung:
            return [
                .fail(
                    .selfTest, "the self-test of \(program) does not end",
                    fix: "\(program) --self-test")
            ]
        }
    }
}
