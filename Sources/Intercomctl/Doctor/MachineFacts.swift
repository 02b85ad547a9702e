internal import Config
internal import Files
internal import HAL

/// The service as systemd will start it: installed, and enabled.
struct UnitFacts {
    /// Whether systemd runs this machine.
    var hasSystemd: Bool
    /// The path of the unit file; nil if there is none.
    var path: String?
    var isEnabled: Bool

    func report(to found: inout Diagnosis) {
        let atBoot = "nothing starts it at boot"
        if !hasSystemd {
            found.add(.ok, "no systemd here: intercomd is started by other means")
        } else if let path, isEnabled {
            found.add(.ok, "\(path), enabled")
        } else if let path {
            found.add(
                .warn, "\(path) is not enabled: \(atBoot)", fix: "sudo systemctl enable intercomd")
        } else {
            found.add(
                .warn, "there is no unit intercomd.service: \(atBoot)",
                fix: "sudo install -m 644 systemd/intercomd.service /etc/systemd/system/")
        }
    }
}

extension UnitFacts {
    /// In systemd's order: the administrator's before the package's (systemd.unit(5)).
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system",
    ]

    /// Examines the files below `root`; an empty `root` means this machine.
    init(root: String = "") {
        let folders = Self.folders.map { root + $0 }
        path = folders.map { "\($0)/intercomd.service" }.first(where: Self.exists)
        hasSystemd = Self.exists("\(root)/run/systemd/system")
        isEnabled = Self.exists("\(folders[0])/multi-user.target.wants/intercomd.service")
    }

    private static func exists(_ path: String) -> Bool {
        ((try? FileStore.status(of: path)) ?? nil) != nil
    }
}

/// Reports whether the daemon's program and its libraries pass the self-test on this machine.
///
/// - Parameters:
///   - program: The program; nil where it is unknown.
///   - run: Runs its self-test.
///   - found: The diagnosis that gets the result.
func reportSelfTest(
    of program: String?, _ run: (String) -> SystemProgram.Outcome, to found: inout Diagnosis
) {
    guard let program else {
        return found.add(
            .warn, "not looked at: /proc does not tell where intercomctl is",
            fix: "intercomd --self-test")
    }
    let fix = "\(program) --self-test"
    switch run(program) {
    case .ended(0): found.add(.ok, "program and libraries do here what they must")
    case .ended(let status):
        found.add(.fail, "\(program) fails on this machine (status \(status))", fix: fix)
    case .notStarted(let error):
        found.add(
            .warn, "not looked at: \(error)",
            fix: "install intercomd and intercomctl in one folder")
    case .hung: found.add(.fail, "the self-test of \(program) does not end", fix: fix)
    }
}

/// Reports Wi-Fi interfaces that sleep between packets, which makes voice stutter.
func reportWiFi(_ interfaces: [WirelessInterface], to found: inout Diagnosis) {
    let asleep = interfaces.filter { $0.savesPower == true && $0.isUp != false }
    for name in asleep.map({ $0.name }) {
        found.add(
            .warn, of: name, "power save is on: expect drop-outs",
            fix: "sudo iw dev \(name) set power_save off")
    }
    if asleep.isEmpty { found.add(.ok, "no Wi-Fi interface is known to save power") }
}

/// The free space of the state directory, and whether its files survive a restart.
struct DiskFacts {
    var path: String
    var space: DiskSpace?
    /// The error if the directory could not be examined.
    var fault: SystemError?

    private static let little: UInt64 = 16 << 20

    func report(to found: inout Diagnosis) {
        guard let space else {
            guard fault?.errno != SystemError.noPermission else {
                return found.add(
                    .ok, "\(path) is not for this user", fix: "sudo intercomctl doctor disk")
            }
            return found.add(
                .warn, "there is no \(path)", fix: "sudo systemd-tmpfiles --create intercomd.conf")
        }
        guard !space.isReadOnly else {
            return found.add(
                .warn, "\(path) is read-only: new peers and keys cannot be kept",
                fix: "sudo mount -o remount,rw \(path), or another `state` in [paths]")
        }
        let free = "\(space.freeBytes >> 20) MB free at \(path)"
        guard space.freeBytes >= Self.little else {
            return found.add(.warn, free, fix: "sudo du -xh / | sort -h | tail")
        }
        // A power cut erases files that are on no disk.
        let loss = "after a restart of the machine this station has another key, and no peers"
        let move = "another `state` in [paths], on a disk that is written"
        switch space.kind {
        case .lasting: found.add(.ok, free)
        case .memory: found.add(.warn, "\(path) is in memory: \(loss)", fix: move)
        case .overlay:
            found.add(
                .warn, "\(path) is on an overlay: if that is in memory (a read-only root), \(loss)",
                fix: move)
        }
    }
}

extension DiskFacts {
    init(_ paths: Paths) {
        path = paths.state
        do throws(SystemError) {
            space = try DiskSpace(at: path)
        } catch { fault = error }
    }
}
