internal import Config
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
