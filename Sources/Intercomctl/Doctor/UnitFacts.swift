internal import Config
internal import HAL
internal import Report
internal import Time

/// The service as systemd will start it: installed, enabled, with which lines.
struct UnitFacts {
    /// Whether systemd runs this machine.
    var hasSystemd: Bool
    /// Where the unit file is; nil when there is none.
    var path: String?
    var isEnabled: Bool
    /// The lines of the unit and its drop-ins.
    var lines: [String] = []

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

    /// `root` is put before every path; empty is this machine.
    init(root: String = "") {
        let folders = Self.folders.map { root + $0 }
        path = folders.map { "\($0)/intercomd.service" }.first(where: Self.exists)
        hasSystemd = Self.exists("\(root)/run/systemd/system")
        isEnabled = Self.exists("\(folders[0])/multi-user.target.wants/intercomd.service")
        if let path { lines = Self.lines(in: path) }
        for folder in folders.reversed() {
            let dropIns = "\(folder)/intercomd.service.d"
            for name in (try? FileStore.names(in: dropIns, suffix: ".conf")) ?? [] {
                lines += Self.lines(in: "\(dropIns)/\(name)")
            }
        }
    }

    private static func exists(_ path: String) -> Bool {
        ((try? FileStore.status(of: path)) ?? nil) != nil
    }

    private static func lines(in path: String) -> [String] {
        let bytes = (try? FileStore.read(path, limit: 1 << 16)) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).map {
            trimmed(String(decoding: $0, as: UTF8.self))
        }
    }
}

/// Whether the daemon runs, answers, is of our version, and is alone on its port.
struct DaemonFacts {
    var answer: Situation.Answer
    var version = Product.version
    /// Whether there are settings, which `setup` writes before it starts the daemon.
    var isSetUp = true
    /// Whether the settings are wrong, with which it does not start.
    var isWrong = false
    /// The UDP port of the settings; nil when they are wrong.
    var port: UInt16?
    /// Sockets bound to it; nil if that is unknown.
    var sockets: Int?

    func report(to found: inout Diagnosis) {
        reportLife(to: &found)
        guard let port, let sockets else { return }
        let look = "sudo ss -lunp \"sport = :\(port)\""
        switch answer {
        case .down where sockets > 0:
            found.add(
                .fail, of: "port", "UDP port \(port) is taken by another program", fix: look)
        case .up where sockets > PortSockets.count:
            found.add(
                .warn, of: "port", "UDP port \(port) has \(sockets) sockets: a second daemon?",
                fix: look)
        case .down, .up, .deaf: break
        }
    }

    private func reportLife(to found: inout Diagnosis) {
        switch answer {
        case .down:
            let start = "sudo systemctl start intercomd"
            found.add(
                .fail, "intercomd is not running",
                fix: !isSetUp
                    ? "sudo intercomctl setup"
                    : isWrong ? "correct the settings, then: \(start)" : start)
        case .deaf(let failure):
            found.add(
                .fail, failure.finding, fix: failure.fix ?? "try again; journalctl -u intercomd")
        case .up(let status, let process):
            let age = age(seconds: status.uptimeSeconds)
            let text = "intercomd \(status.version), up \(age), process \(process)"
            guard status.version != version else { return found.add(.ok, text) }
            found.add(
                .warn, "\(text); intercomctl is \(version)",
                fix: "sudo systemctl restart intercomd")
        }
    }
}

extension DaemonFacts {
    init(_ situation: Situation) {
        self.init(answer: situation.daemon)
        if case .absent = situation.settings { isSetUp = false }
        if case .wrong = situation.settings { isWrong = true }
        guard let config = situation.config else { return }
        port = config.network.port
        sockets = UDPPort.socketCount(of: config.network.port)
    }
}

/// A program that this one runs for the person, and waits for.
enum SystemProgram {
    /// How a program ended.
    enum Outcome: Equatable {
        case ended(status: Int)
        case notStarted(SystemError)
        /// It did not end in time, and was killed.
        case hung
    }

    /// It may check settings and cards, but a hanging disk must not hold the person for ever.
    private static let patience = Duration.seconds(60)

    /// Runs it.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: The words after its name.
    /// - Returns: How the program ended.
    static func run(_ path: String, _ arguments: [String]) -> Outcome {
        let child: ChildProgram
        do throws(SystemError) {
            child = try ChildProgram(
                path, arguments: arguments,
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
        } catch { return .notStarted(error) }
        let end = Clock.now() + patience
        while Clock.now() < end {
            if let status = child.ended() { return .ended(status: status) }
            Clock.sleep(.milliseconds(50))
        }
        child.kill()
        return .hung
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: The words after its name.
    ///   - words: The command, for a person.
    /// - Returns: The failure; nil where all went well.
    static func failure(_ path: String, _ arguments: [String], called words: String) -> String? {
        switch run(path, arguments) {
        case .ended(0): nil
        case .ended(let status): "\(words) ended with status \(status)"
        case .notStarted(let error): error.description
        case .hung: "\(words) did not end"
        }
    }
}
