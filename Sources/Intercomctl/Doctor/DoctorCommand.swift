internal import Config
internal import Files
internal import HAL
internal import Report

/// `doctor [TOPIC…]`: prints the problems that `status` shows, and those that only the files and
/// the machine show, each with its fix.
func runDoctor(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var topics = try wantedTopics(invocation.arguments)
    let situation = Situation(invocation)
    // The line of `config` advises setup, which brings these three, too.
    if case .absent = situation.settings, topics.contains(.config) {
        topics.removeAll { [.service, .peers, .disk].contains($0) }
    }
    var diagnosis = Diagnosis()
    for topic in Check.Topic.allCases where topics.contains(topic) {
        diagnosis.topic = topic
        switch topic {
        case .config: situation.reportConfig(to: &diagnosis)
        case .daemon: situation.reportDaemon(to: &diagnosis)
        case .status: situation.reportStatus(to: &diagnosis)
        case .service: UnitFacts().report(to: &diagnosis)
        case .selfTest:
            // Both programs are installed together.
            let program = Program.folder.map { "\($0)/intercomd" }
            reportSelfTest(of: program, { SystemProgram.run($0, ["--self-test"]) }, to: &diagnosis)
        case .peers: situation.reportPeers(to: &diagnosis)
        case .wifi: reportWiFi(WirelessInterface.all(), to: &diagnosis)
        case .disk: DiskFacts(situation.paths).report(to: &diagnosis)
        }
    }
    try printResult(diagnosis.json, diagnosis.screen, invocation)
    return diagnosis.exitCode
}

/// Returns the named topics, or all topics if none is named.
private func wantedTopics(_ words: [String]) throws(Failure) -> [Check.Topic] {
    guard !words.isEmpty else { return Check.Topic.allCases }
    return try words.map { (word) throws(Failure) in
        if let topic = Check.Topic(rawValue: word) { return topic }
        let all = Check.Topic.allCases.map { $0.rawValue }
        throw Failure.usage(unknown("topic", word, among: all, or: all.joined(separator: ", ")))
    }
}

/// The facts behind all checks: the settings, and the daemon's status if it answers.
struct Situation {
    enum Settings {
        case read(ConfigFindings)
        case unreadable(SystemError)
        /// There is no configuration yet.
        case absent
    }

    enum Answer {
        case up(Status, process: Int32)
        case down
        /// A daemon may run but does not answer.
        case deaf(Failure)
    }

    let folder: String
    let paths: Paths
    let settings: Settings
    let daemon: Answer
    /// Files and folders of settings that the station's user may not read.
    var hidden: [String] = []
}

extension Situation {
    init(_ invocation: borrowing Invocation) {
        let folder = ConfigFolder(invocation.configFolder)
        (self.folder, paths) = (folder.folder, folder.paths)
        do throws(SystemError) {
            settings =
                folder.isEmpty
                ? .absent : .read(ConfigFindings(try folder.sources(), in: folder.folder, paths))
        } catch { settings = .unreadable(error) }
        let isNowhere = invocation.config != nil && !folder.isEmpty && folder.mainError != nil
        daemon = isNowhere && invocation.socket == nil ? .down : Self.daemon(invocation)
        hidden = Self.hidden(in: folder.folder, paths)
    }

    /// Plenty for an answer that takes a millisecond.
    private static let patience = Duration.milliseconds(700)

    private static func daemon(_ invocation: borrowing Invocation) -> Answer {
        do throws(Failure) {
            var daemon = try Daemon(invocation, patience: patience)
            guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
            return .up(status, process: daemon.process)
        } catch {
            if error.code == .notRunning { return .down }
            return .deaf(misfit(invocation) ?? error)
        }
    }

    /// Reports differing versions, which may read no reply of each other but that to `version`.
    private static func misfit(_ invocation: borrowing Invocation) -> Failure? {
        guard var daemon = try? Daemon(invocation, patience: patience),
            let reply = try? daemon.ask(.version), case .version(let theirs) = reply,
            theirs.version != Product.version
        else { return nil }
        return Failure(
            "intercomd \(theirs.version) runs, and intercomctl is \(Product.version)",
            fix: "sudo systemctl restart intercomd, or install both of one version")
    }

    /// Lists the files that the station's user, the owner of the state directory, may not read.
    ///
    /// The peers in that directory are read with that user's rights anyway.
    private static func hidden(in folder: String, _ paths: Paths) -> [String] {
        let owner = paths.directory.owner
        guard owner != 0 else { return [] }
        var found: [String] = []
        for place in [folder, "\(folder)/peers.d"] {
            let files = (try? FileStore.names(in: place, suffix: ".conf")) ?? []
            for path in [place] + files.map({ "\(place)/\($0)" }) {
                guard let status = (try? FileStore.status(of: path)) ?? nil else { continue }
                let isHidden = status.owner != owner && status.mode & 0o044 == 0
                if isHidden, !found.contains(path) { found.append(path) }
            }
        }
        return found
    }
}

extension Situation {
    /// The most mistakes shown here; `config check` prints all of them.
    private static let shown = 5

    /// Reports the mistakes that `config check` finds, and the files that the daemon may not read.
    func reportConfig(to found: inout Diagnosis) {
        switch settings {
        case .absent:
            found.add(
                .fail, "there are no settings in \(folder)/intercomd.conf yet",
                fix: "sudo intercomctl setup")
        // Not a fault of the station: the caller lacks the right.
        case .unreadable(let error) where error.errno == SystemError.noPermission:
            found.add(.warn, error.finding, fix: "sudo intercomctl doctor")
        case .unreadable(let error):
            found.add(.fail, error.finding, fix: error.fix ?? "intercomctl config check")
        case .read(let findings):
            if let config = findings.config, findings.errors.isEmpty {
                let peers = plural(config.otherPeers.count, "peer")
                let text = "\(folder)/intercomd.conf + \(peers)"
                // One that runs has read them.
                if !findings.isWhole, case .down = daemon {
                    found.add(.warn, "\(text); keys not looked at", fix: "sudo intercomctl doctor")
                } else {
                    found.add(.ok, text)
                }
            }
            for mistake in findings.errors.prefix(Self.shown) {
                found.add(.fail, mistake.finding, fix: mistake.wayOut)
            }
            let more = findings.errors.dropFirst(Self.shown).count + findings.omitted
            if more > 0 {
                found.add(
                    .fail, "and \(plural(more, "mistake")) more", fix: "intercomctl config check")
            }
            for warning in findings.warnings {
                found.add(.warn, warning.finding, fix: warning.wayOut)
            }
        }
        for path in hidden {
            found.add(
                .fail, "\(path) may not be read by the station's own user",
                fix: "sudo chmod a+rX \(path)")
        }
    }

    /// Reports whether the daemon runs, answers, and has the version of this program.
    func reportDaemon(to found: inout Diagnosis) {
        switch daemon {
        case .down:
            let start = "sudo systemctl start intercomd; if it stops: journalctl -u intercomd"
            let fix =
                switch settings {
                case .absent: "sudo intercomctl setup"
                case .read(let findings) where !findings.errors.isEmpty:
                    "correct the settings, then: \(start)"
                case .read, .unreadable: start
                }
            found.add(.fail, "intercomd is not running", fix: fix)
        case .deaf(let failure):
            found.add(
                .fail, failure.finding, fix: failure.fix ?? "try again; journalctl -u intercomd")
        case .up(let status, let process):
            let age = age(seconds: status.uptimeSeconds)
            let text = "intercomd \(status.version), up \(age), process \(process)"
            guard status.version != Product.version else { return found.add(.ok, text) }
            found.add(
                .warn, "\(text); intercomctl is \(Product.version)",
                fix: "sudo systemctl restart intercomd")
        }
    }

    /// Reports the problems, notes and unknown callers that `status` shows.
    func reportStatus(to found: inout Diagnosis) {
        guard case .up(let status, _) = daemon else {
            return found.add(.warn, "not looked at", fix: "intercomctl doctor daemon")
        }
        // The daemon notes a warning of the settings, too: show it once.
        let said = found.checks.map { $0.text }
        let before = found.checks.count
        for (verdict, faults) in [(Check.Verdict.fail, status.problems), (.warn, status.notes)] {
            for fault in faults where !said.contains(fault.finding) {
                // A message that waits to be heard, or to be sent, is no fault.
                let isNews = verdict == .warn && fault.code == "messages"
                found.add(isNews ? .ok : verdict, fault.finding, fix: fault.fix)
            }
        }
        for caller in status.callers {
            let isFormer = caller.station == nil && caller.formerStation != nil
            found.add(isFormer ? .ok : .warn, words(about: caller), fix: fix(for: caller))
        }
        guard found.checks.count == before else { return }
        let isAll = status.problems.isEmpty && status.notes.isEmpty
        found.add(.ok, "intercomd knows of nothing \(isAll ? "" : "else ")to mend")
    }

    /// Reports the peers whose packets come in from beyond this machine's networks.
    func reportOutside(_ status: Status, beside own: [SocketAddress], to found: inout Diagnosis) {
        for peer in status.peers where peer.path == .direct && peer.endpointSource != "lan" {
            guard let text = peer.endpoint, let place = PeerAddress(text: text),
                let address = SocketAddress(host: place.host, port: place.port), address.isPublic,
                !own.contains(where: { $0.isBeside(address) })
            else { continue }
            // With a broker both sides call, and each opens its own router.
            let isUnasked = peer.endpointSource == "peer" && status.broker == nil
            found.add(
                .ok, of: peer.name,
                "comes in from outside, from \(text)"
                    + (isUnasked
                        ? ", which nothing here had named: this station is open to calls" : ""))
        }
    }

    /// Reports the peers that wait for a reload; without a daemon, none do.
    func reportPeers(to found: inout Diagnosis) {
        guard case .read(let findings) = settings, let config = findings.config else {
            return found.add(.warn, "not looked at", fix: "intercomctl doctor config")
        }
        let here = config.otherPeers.map { $0.name }
        var there = here
        if case .up(let status, _) = daemon {
            there = status.peers.map { $0.name }
            reportOutside(status, beside: NetworkInterface.reachable, to: &found)
        }
        let before = found.warnings
        for name in here where !there.contains(name) {
            found.add(
                .warn, of: name, "is in the files, and not yet known to the running daemon",
                fix: "sudo intercomctl reload")
        }
        for name in there where !here.contains(name) {
            found.add(
                .warn, of: name, "is known to the running daemon, and not in the files",
                fix: "sudo intercomctl reload")
        }
        guard found.warnings == before else { return }
        found.add(.ok, "\(plural(here.count, "peer")) in the files")
    }
}

extension SocketAddress {
    /// Whether it is an address of the Internet, and of no house, VPN or link.
    fileprivate var isPublic: Bool {
        guard family == .ipv4 else { return high >> 61 == 1 }
        let (first, second) = (low >> 24 & 0xFF, low >> 16 & 0xFF)
        switch first {
        case 0, 10, 127, 224...: return false
        case 100: return !(64..<128).contains(second)
        case 169: return second != 254
        case 172: return !(16..<32).contains(second)
        case 192: return second != 168
        default: return true
        }
    }

    /// Whether both are likely of one house: of one /56, or of one /24.
    fileprivate func isBeside(_ other: SocketAddress) -> Bool {
        high >> 8 == other.high >> 8 && (family == .ipv6 || low >> 8 == other.low >> 8)
            && family == other.family
    }
}
