internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Report

/// `config check`: every mistake with its place, before the daemon meets it.
func checkConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let folder = ConfigFolder(invocation.configFolder)
    let sources: [ConfigSource]
    do throws(SystemError) {
        sources = try folder.sources()
    } catch {
        throw Failure(error)
    }
    var report = ConfigReport()
    var summary = ""
    do throws(ConfigError) {
        let config = try Config(sources, paths: folder.paths)
        let found = keyMistakes(in: config)
        let places = PlaceChecks.mistakes(in: found.config, of: folder.folder)
        let warnings = found.config.warnings + places
        report.warnings = warnings.map(ConfigReport.Finding.init)
        report.errors = found.errors
        summary = "ok: \(plural(sources.count, "file")), station \(config.station.name),"
        summary += " \(plural(config.buttons.count, "button")),"
        summary += " \(plural(config.channels.count, "channel")),"
        summary +=
            " \(plural(config.lamps.count, "lamp")), \(plural(found.config.peers.count, "peer"))"
    } catch {
        report.errors = error.mistakes.map(ConfigReport.Finding.init)
        report.omitted = error.omitted
    }
    if invocation.isJSON {
        try printLine(report.json)
    } else {
        for finding in report.errors {
            try? printLine(finding.text.visibleLines, to: .complaint)
        }
        if report.omitted > 0 { try? printLine("and \(report.omitted) more", to: .complaint) }
        for finding in report.warnings {
            try? printLine("warning: \(finding.text.visibleLines)", to: .complaint)
        }
        if report.errors.isEmpty {
            try printLine(summary)
        } else {
            let start = "sudo systemctl start intercomd"
            let next = isRunning(invocation) ? "intercomctl reload" : start
            try? printLine("correct that, then: \(next)", to: .complaint)
        }
    }
    guard report.errors.isEmpty else { return .failed }
    return report.warnings.isEmpty ? .ok : .degraded
}

/// The checks that need the keys themselves; of what the caller may not read there is none.
///
/// - Returns: the settings without this station itself, and what is wrong with its keys.
private func keyMistakes(in config: Config) -> (config: Config, errors: [ConfigReport.Finding]) {
    let paths = config.paths
    do throws(KeyStoreError) {
        try KeyStore.checkFolder(paths)
    } catch {
        return (config, [ConfigReport.Finding(error, of: paths.keys)])
    }
    var findings: [ConfigReport.Finding] = []
    var own: PublicKey?
    do throws(KeyStoreError) {
        own = try KeyStore.publicKey(paths)
    } catch {
        if !error.isRefused { findings.append(ConfigReport.Finding(error, of: paths.identity)) }
    }
    var config = config
    do throws(KeyChecks.ItselfError) {
        config = try KeyChecks.withoutItself(config, own: own)
    } catch { findings.append(ConfigReport.Finding(error.mistake)) }
    findings += KeyChecks.keys(of: config.peers, own: own).mistakes.map(ConfigReport.Finding.init)
    for peer in config.peers {
        guard case .file(let name) = peer.psk else { continue }
        let path = "\(paths.keys)/\(name)"
        do throws(KeyStoreError) {
            if try KeyStore.hasPSK(named: name, paths) == false {
                let what = "psk: there is no file \(path)"
                findings.append(ConfigReport.Finding(Mistake(peer.pskOrigin, what)))
            } else {
                _ = try KeyStore.psk(of: peer, paths)
            }
        } catch {
            if !error.isRefused { findings.append(ConfigReport.Finding(error, of: path)) }
        }
    }
    return (config, findings)
}

/// What was found, as JSON has it.
private struct ConfigReport: JSONRecord {
    var errors: [Finding] = []
    /// Mistakes beyond those listed.
    var omitted = 0
    var warnings: [Finding] = []

    mutating func fields(_ coder: inout JSONCoder) {
        var schema = 1
        var isRight = errors.isEmpty
        coder.field("schema", &schema)
        coder.field("ok", &isRight)
        coder.field("errors", &errors)
        coder.field("omitted", &omitted)
        coder.field("warnings", &warnings)
    }

    struct Finding: JSONRecord {
        var file = ""
        var line = 0
        var what = ""
        var suggestion: String?
        var text = ""

        init() {}

        init(_ error: KeyStoreError, of file: String) {
            (self.file, what, text) = (file, error.description, error.description)
        }

        init(_ mistake: Mistake) {
            file = mistake.origin.file
            line = mistake.origin.line
            what = mistake.what
            suggestion = mistake.suggestion
            text = mistake.description
        }

        mutating func fields(_ coder: inout JSONCoder) {
            coder.field("file", &file)
            coder.field("line", &line)
            coder.field("message", &what)
            coder.field("suggestion", &suggestion)
        }
    }
}

/// `config show --effective`: what the files say together, every default included.
func showConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try readConfig(ConfigFolder(invocation.configFolder))
    guard invocation.isJSON else {
        try printText(config.effective)
        return .ok
    }
    var sections = JSON.array()
    for section in config.effectiveSections {
        var settings = JSON.object()
        for (key, value) in section.entries { settings.set(key, JSON(value)) }
        var json = JSON.object()
        json.set("section", JSON(section.kind))
        json.set("name", section.name.isEmpty ? .null() : JSON(section.name))
        if let file = section.file { json.set("file", JSON(file)) }
        json.set("settings", settings)
        sections.append(json)
    }
    try printListing("sections", sections)
    return .ok
}

/// The configuration in a folder, or everything that is wrong with it.
func readConfig(_ folder: ConfigFolder) throws(Failure) -> Config {
    let sources: [ConfigSource]
    do throws(SystemError) {
        sources = try folder.sources()
    } catch {
        throw Failure(error)
    }
    do throws(ConfigError) {
        return try Config(sources, paths: folder.paths)
    } catch {
        throw Failure(.failed, error.description)
    }
}

private let restart = "sudo systemctl restart intercomd"

/// `config diff`: what the running daemon would change if it read the files now.
func showDifference(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let reload = try askReload(invocation, isCheck: true)
    guard try printDifference(reload, invocation) else { return .ok }
    let steps =
        (reload.appliesAny ? ["intercomctl reload"] : []) + (reload.needsRestart ? [restart] : [])
    try printLine("not applied yet: \(steps.joined(separator: ", then "))")
    return .ok
}

/// `reload`: lets the running daemon read the files anew; a bad file changes nothing.
func reloadConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let reload = try askReload(invocation, isCheck: false)
    let ending = reload.needsRestart ? ExitCode.degraded : .ok
    guard try printDifference(reload, invocation) else { return ending }
    if !reload.needsRestart {
        try printLine("applied")
    } else {
        try printLine("\(reload.appliesAny ? "applied; for the rest" : "not applied"): \(restart)")
    }
    return ending
}

func askReload(
    _ invocation: borrowing Invocation, isCheck: Bool
) throws(Failure) -> Reply.Reload {
    var daemon = try Daemon(invocation)
    guard case .reload(let reload) = try daemon.ask(.reload(isCheck: isCheck)),
        reload.isCheck == isCheck
    else { throw Failure.misfit }
    return reload
}

/// Prints the difference; false if nothing more is to be printed.
private func printDifference(
    _ reload: Reply.Reload, _ invocation: borrowing Invocation
) throws(Failure) -> Bool {
    if invocation.isJSON {
        try printLine(reload.json)
        return false
    }
    for line in reload.difference {
        try printLine(line.text.visible + (line.needsRestart ? "  (needs a restart)" : ""))
    }
    if reload.difference.isEmpty { try printLine("nothing has changed") }
    return !reload.difference.isEmpty
}

extension Reply.Reload {
    /// Whether some of it needs no restart.
    fileprivate var appliesAny: Bool { difference.contains { !$0.needsRestart } }
}
