internal import Config
internal import Files
internal import HAL
internal import Report

/// `doctor [TOPIC…]`: everything that could keep the station from being heard, with what mends it.
func runDoctor(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var topics = try wantedTopics(invocation.arguments)
    let situation = Situation(invocation)
    // What setup brings is not missed beside the line that names it.
    if case .absent = situation.settings, topics.contains(.config) {
        topics.removeAll { [.service, .peers, .disk].contains($0) }
    }
    var diagnosis = Diagnosis()
    for topic in Check.Topic.allCases where topics.contains(topic) {
        diagnosis.topic = topic
        report(on: topic, situation, to: &diagnosis)
    }
    try printResult(diagnosis.json, diagnosis.screen, invocation)
    return diagnosis.exitCode
}

/// The topics that were named; all when none was.
private func wantedTopics(_ words: [String]) throws(Failure) -> [Check.Topic] {
    guard !words.isEmpty else { return Check.Topic.allCases }
    return try words.map { (word) throws(Failure) in
        let named = Check.Topic.allCases.first { $0.rawValue == word || $0.noun == word }
        if let topic = named { return topic }
        let all = Check.Topic.allCases.map { $0.rawValue }
        throw Failure.usage(unknown("topic", word, among: all, or: all.joined(separator: ", ")))
    }
}

/// Gathers and judges the facts of one topic.
private func report(
    on topic: Check.Topic, _ situation: Situation, to found: inout Diagnosis
) {
    switch topic {
    case .config: ConfigFacts(situation).report(to: &found)
    case .keys: KeyFileFacts(situation).report(to: &found)
    case .daemon: DaemonFacts(situation).report(to: &found)
    case .status: reportStatus(situation, to: &found)
    case .service: UnitFacts().report(to: &found)
    case .selfTest:
        // Both programs are installed together.
        let program = Program.folder.map { "\($0)/intercomd" }
        reportSelfTest(of: program, { SystemProgram.run($0, ["--self-test"]) }, to: &found)
    case .audio:
        if AudioFacts(situation)?.report(to: &found) == nil { reportUnseen(situation, to: &found) }
        VoiceFacts(situation).report(to: &found)
    case .gpio: reportLines(situation, to: &found)
    case .network: NetworkFacts(situation).report(to: &found)
    case .peers:
        if PeersFacts(situation)?.report(to: &found) == nil { reportUnseen(situation, to: &found) }
    case .wifi: reportWiFi(WirelessInterface.all(), to: &found)
    case .disk: DiskFacts(situation).report(to: &found)
    }
}

/// Tells of the problems, notes and unknown callers that `status` shows; the daemon words them.
private func reportStatus(_ situation: Situation, to found: inout Diagnosis) {
    guard let status = situation.status else {
        return found.add(.ok, "intercomd does not tell: see daemon")
    }
    // A warning of the settings is a note of the daemon, too.
    let said = found.checks.map { $0.text }
    let before = found.checks.count
    for (verdict, faults) in [(Check.Verdict.fail, status.problems), (.warn, status.notes)] {
        for fault in faults where !said.contains(fault.finding) {
            found.add(verdict, fault.finding, fix: fault.fix)
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

/// Looks at the lines, unless the daemon has them: its status says what is wrong with them.
private func reportLines(_ situation: Situation, to found: inout Diagnosis) {
    guard let config = situation.config else { return reportUnseen(situation, to: &found) }
    if situation.status != nil {
        found.add(.ok, "left to intercomd, which runs", fix: "intercomctl status")
    } else {
        let lines = LineFacts.all(config, mayOpen: situation.mayOpen)
        if lines.isEmpty {
            found.add(.ok, "no line is configured", fix: "[button NAME] in intercomd.conf")
        }
        for line in lines { line.report(to: &found) }
    }
    RelayFacts(hasRelays: !config.relays.isEmpty).report(to: &found)
}

/// Says that a topic needs valid settings or a running daemon.
private func reportUnseen(_ situation: Situation, to found: inout Diagnosis) {
    if case .unreadable = situation.settings {
        found.add(
            .warn, "not looked at: the settings cannot be read", fix: "sudo intercomctl doctor")
    } else {
        found.add(
            .warn, "not looked at: the settings are wrong", fix: "intercomctl config check")
    }
}

/// The start of every check: the settings, and the daemon's status if it answers.
struct Situation {
    enum Settings {
        case right(Config)
        case wrong(ConfigError)
        case unreadable(SystemError)
        /// There is no configuration yet; these are the defaults.
        case absent(Config)
    }

    enum Answer {
        case up(Status, process: Int32)
        case down
        /// A daemon may run but does not answer: its devices are left alone.
        case deaf(Failure)
    }

    let folder: String
    let paths: Paths
    let settings: Settings
    let daemon: Answer

    /// The settings that name the devices; nil if they are wrong.
    var config: Config? {
        switch settings {
        case .right(let config), .absent(let config): config
        case .wrong, .unreadable: nil
        }
    }

    var status: Status? {
        guard case .up(let status, _) = daemon else { return nil }
        return status
    }

    /// Whether devices may be opened here, because the daemon cannot have them.
    var mayOpen: Bool {
        switch (daemon, settings) {
        case (.down, _): true
        // It waits for settings, and so holds no device.
        case (.up(let status, _), .absent):
            status.audio.input.state == .none && status.audio.output.state == .none
        case (.up, _), (.deaf, _): false
        }
    }
}

extension Situation {
    init(_ invocation: borrowing Invocation) {
        let folder = ConfigFolder(invocation.configFolder)
        self.folder = folder.folder
        (settings, paths) = Self.settings(in: folder)
        let isNowhere = invocation.config != nil && !folder.isEmpty && folder.mainError != nil
        daemon = isNowhere && invocation.socket == nil ? .down : Self.daemon(invocation)
    }

    private static func settings(in folder: ConfigFolder) -> (Settings, Paths) {
        let unset = "[station]\nname = station\n"
        do throws(SystemError) {
            let sources = try folder.sources(orElse: unset)
            do throws(ConfigError) {
                let config = try Config(sources, paths: folder.paths)
                return (folder.isEmpty ? .absent(config) : .right(config), config.paths)
            } catch { return (.wrong(error), folder.paths) }
        } catch {
            // The peers may be hidden from this user, but not that there are no settings yet.
            let main = ConfigSource(role: .main, path: folder.folder, bytes: Array(unset.utf8))
            guard folder.isEmpty, error.errno == SystemError.noPermission,
                let config = try? Config([main], paths: folder.paths)
            else { return (.unreadable(error), folder.paths) }
            return (.absent(config), config.paths)
        }
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

    /// Two versions may not understand each other's status, but always the `version` reply.
    private static func misfit(_ invocation: borrowing Invocation) -> Failure? {
        guard var daemon = try? Daemon(invocation, patience: patience),
            let reply = try? daemon.ask(.version), case .version(let theirs) = reply,
            theirs.version != Product.version
        else { return nil }
        return Failure(
            "intercomd \(theirs.version) runs, and intercomctl is \(Product.version)",
            fix: "sudo systemctl restart intercomd, or install both of one version")
    }
}
