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
        // A warning of the settings is a note of the daemon, too.
        let said = diagnosis.checks.map { $0.text }
        let found = checks(of: topic, situation).filter {
            topic != .status || !said.contains($0.text)
        }
        diagnosis.checks +=
            found.isEmpty && topic == .status
            ? [.ok(.status, "intercomd knows of nothing else to mend")] : found
    }
    if invocation.isJSON {
        try printLine(diagnosis.json)
    } else {
        try printScreen(diagnosis.screen)
    }
    return diagnosis.exitCode
}

/// The topics that were named; all when none was.
private func wantedTopics(_ words: [String]) throws(Failure) -> [Check.Topic] {
    guard !words.isEmpty else { return Check.Topic.allCases }
    var topics: [Check.Topic] = []
    for word in words {
        guard let topic = Check.Topic(rawValue: word) else {
            let all = Check.Topic.allCases.map { $0.rawValue }
            throw Failure(
                .usage, unknown("topic", word, among: all, or: all.joined(separator: ", ")))
        }
        topics.append(topic)
    }
    return topics
}

/// Gathers and judges the facts of one topic.
private func checks(of topic: Check.Topic, _ situation: Situation) -> [Check] {
    switch topic {
    case .config: ConfigFacts(situation).checks
    case .keys: KeyFileFacts(situation).checks
    case .daemon: DaemonFacts(situation).checks
    case .status: statusChecks(situation)
    case .service: UnitFacts().checks
    case .selfTest: SelfTestFacts().checks
    case .audio:
        (AudioFacts(situation)?.checks ?? [unseen(topic, situation)])
            + VoiceFacts(situation).checks
    case .gpio: lineChecks(situation)
    case .realtime: RightsFacts(situation).realtimeChecks
    case .memory: RightsFacts(situation).memoryChecks
    case .network: NetworkFacts(situation).checks
    case .peers: PeersFacts(situation)?.checks ?? [unseen(topic, situation)]
    case .wifi: WirelessFacts().checks
    case .clock: ClockFacts().checks
    case .disk: DiskFacts(situation).checks
    }
}

/// The problems, notes and unknown callers that `status` shows; the daemon words them.
private func statusChecks(_ situation: Situation) -> [Check] {
    guard let status = situation.status else {
        return [.ok(.status, "intercomd does not tell: see daemon")]
    }
    let found =
        status.problems.map { Check.said(.fail, $0) } + status.notes.map { Check.said(.warn, $0) }
        + status.callers.map { caller in
            caller.station == nil && caller.formerStation != nil
                ? .ok(.status, words(about: caller), advice: fix(for: caller))
                : .warn(.status, words(about: caller), fix: fix(for: caller))
        }
    return found.isEmpty ? [.ok(.status, "intercomd knows of nothing to mend")] : found
}

private func lineChecks(_ situation: Situation) -> [Check] {
    guard let lines = LineFacts.all(situation) else { return [unseen(.gpio, situation)] }
    guard !lines.isEmpty else {
        return [.ok(.gpio, "no line is configured", advice: "[button NAME] in intercomd.conf")]
    }
    let hasRelays = lines.contains { $0.kind == .relay }
    return lines.flatMap { $0.checks } + RelayFacts(hasRelays: hasRelays).checks
}

/// The check of a topic that needs valid settings or a running daemon.
private func unseen(_ topic: Check.Topic, _ situation: Situation) -> Check {
    if case .unreadable = situation.settings {
        return .warn(
            topic, "not looked at: the settings cannot be read", fix: "sudo intercomctl doctor")
    }
    return .warn(
        topic, "not looked at: the settings are wrong", fix: "intercomctl config check")
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

    init(_ invocation: borrowing Invocation) {
        let folder = ConfigFolder(invocation.configFolder)
        self.folder = folder.folder
        (settings, paths) = Self.settings(in: folder)
        let isNowhere = invocation.config != nil && !folder.isEmpty && folder.mainError != nil
        daemon = isNowhere && invocation.socket == nil ? .down : Self.daemon(invocation)
    }

    init(folder: String, paths: Paths, settings: Settings, daemon: Answer) {
        self.folder = folder
        self.paths = paths
        self.settings = settings
        self.daemon = daemon
    }

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

    /// Whether the daemon waits for settings, and so holds no device.
    var isUnconfigured: Bool {
        guard case .absent = settings, let audio = status?.audio else { return false }
        return audio.input.state == .none && audio.output.state == .none
    }

    /// Whether devices may be opened here, because the daemon cannot have them.
    var mayOpen: Bool {
        switch daemon {
        case .down: true
        case .up: isUnconfigured
        case .deaf: false
        }
    }

    private static func settings(in folder: ConfigFolder) -> (Settings, Paths) {
        do throws(SystemError) {
            let sources = try folder.sources(orElse: "[station]\nname = station\n")
            do throws(ConfigError) {
                let config = try Config(sources, paths: folder.paths)
                return (folder.isEmpty ? .absent(config) : .right(config), config.paths)
            } catch { return (.wrong(error), folder.paths) }
        } catch { return (.unreadable(error), folder.paths) }
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
            .failed, "intercomd \(theirs.version) runs, and intercomctl is \(Product.version)",
            fix: "sudo systemctl restart intercomd, or install both of one version")
    }
}
