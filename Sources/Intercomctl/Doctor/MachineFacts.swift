internal import Config
internal import Control
internal import HAL

/// The Wi-Fi interfaces: one that sleeps between packets makes voice stutter.
struct WirelessFacts {
    var interfaces: [WirelessInterface] = WirelessInterface.all()

    var checks: [Check] {
        guard !interfaces.isEmpty else { return [.ok(.wifi, "no Wi-Fi interface")] }
        return interfaces.map { interface in
            let name = interface.name
            guard interface.isUp != false else { return .ok(.wifi, of: name, "not in use") }
            switch interface.savesPower {
            case true:
                return .warn(
                    .wifi, of: name, "power save is on: expect drop-outs",
                    fix: "sudo iw dev \(name) set power_save off")
            case false: return .ok(.wifi, of: name, "power save is off")
            case nil:
                return .ok(
                    .wifi, of: name, "the driver does not say whether power save is on",
                    advice: "iw dev \(name) get power_save")
            }
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
                    .clock, "not synchronised: history and journal may tell wrong times",
                    fix: "sudo timedatectl set-ntp true")
            ]
        case nil: [.ok(.clock, "the kernel does not say (needed for history only)")]
        }
    }
}

/// Sound lost between card and program, as the running daemon counts it.
struct XrunFacts {
    var status: Status?

    /// So few are nothing: a machine that starts other programs has some.
    private static let few = 3

    init(status: Status?) { self.status = status }

    init(_ situation: Situation) { status = situation.status }

    var checks: [Check] {
        guard let status else { return [.ok(.xruns, "counted while intercomd runs")] }
        let count = status.audio.input.xruns + status.audio.output.xruns
        let text = "\(plural(count, "xrun")) in \(age(seconds: status.uptimeSeconds))"
        // One in an hour is heard by nobody.
        guard count >= Self.few, count * 3600 > status.uptimeSeconds else {
            return [.ok(.xruns, text)]
        }
        return [
            .warn(
                .xruns, "\(text): sound has gaps",
                fix: "see what loads the machine (top), or period = 20ms in [audio]")
        ]
    }
}

/// Room and rights where the station keeps what it must not lose.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// Why there is nothing to be said of it.
    var fault: SystemError?

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
    }

    var checks: [Check] {
        guard let space else {
            let isHidden = fault?.errno == 13
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
        if space.freeBytes < Self.little { return [.warn(.disk, "\(free)", fix: fix)] }
        return [.ok(.disk, free)]
    }
}
