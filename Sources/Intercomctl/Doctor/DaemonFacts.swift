internal import Config
internal import HAL
internal import Report

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

    init(answer: Situation.Answer) { self.answer = answer }

    init(_ situation: Situation) {
        self.init(answer: situation.daemon)
        if case .absent = situation.settings { isSetUp = false }
        if case .wrong = situation.settings { isWrong = true }
        guard let config = situation.config else { return }
        port = config.network.port
        sockets = UDPPort.socketCount(of: config.network.port)
    }

    var checks: [Check] { [life] + portChecks }

    private var life: Check {
        switch answer {
        case .down:
            let start = "sudo systemctl start intercomd"
            return .fail(
                .daemon, "intercomd is not running",
                fix: !isSetUp
                    ? "sudo intercomctl setup"
                    : isWrong ? "correct the settings, then: \(start)" : start)
        case .deaf(let failure):
            return .fail(
                .daemon, failure.finding, fix: failure.fix ?? "try again; journalctl -u intercomd")
        case .up(let status, let process):
            let age = age(seconds: status.uptimeSeconds)
            let text = "intercomd \(status.version), up \(age), process \(process)"
            guard status.version == version else {
                return .warn(
                    .daemon, "\(text); intercomctl is \(version)",
                    fix: "sudo systemctl restart intercomd")
            }
            return .ok(.daemon, text)
        }
    }

    private var portChecks: [Check] {
        guard let port, let sockets else { return [] }
        let look = "sudo ss -lunp \"sport = :\(port)\""
        switch answer {
        case .down where sockets > 0:
            return [
                .fail(
                    .daemon, of: "port", "UDP port \(port) is taken by another program", fix: look)
            ]
        case .up where sockets > PortSockets.count:
            return [
                .warn(
                    .daemon, of: "port",
                    "UDP port \(port) has \(sockets) sockets: a second daemon?",
                    fix: look)
            ]
        case .down, .up, .deaf: return []
        }
    }
}
