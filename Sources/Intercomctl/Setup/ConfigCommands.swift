internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Report

/// `config check`: prints every mistake with its place, before the daemon reads the files.
func checkConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let folder = ConfigFolder(invocation.configFolder)
    let sources = try folder.read()
    let found = ConfigFindings(sources, in: folder.folder, folder.paths)
    if invocation.isJSON {
        var json = JSON.result()
        json.set("ok", JSON(found.errors.isEmpty))
        json.set("errors", JSON.list(found.errors) { $0.json })
        json.set("omitted", JSON(found.omitted))
        json.set("warnings", JSON.list(found.warnings) { $0.json })
        try printLine(json)
    } else {
        for mistake in found.errors { try? printLine(mistake.line, to: .complaint) }
        if found.omitted > 0 { try? printLine("and \(found.omitted) more", to: .complaint) }
        printWarnings(found)
        if let config = found.config, found.errors.isEmpty {
            let keys = found.isWhole ? "" : "; keys not looked at: sudo intercomctl config check"
            try printLine(
                "ok: \(plural(sources.count, "file")), station \(config.station.name),"
                    + " \(plural(config.buttons.count, "button")),"
                    + " \(plural(config.channels.count, "channel")),"
                    + " \(plural(config.lamps.count, "lamp")),"
                    + " \(plural(config.peers.count, "peer"))\(keys)")
        } else {
            let start = "sudo systemctl start intercomd"
            let next = isRunning(invocation) ? "intercomctl reload" : start
            try? printLine("correct that, then: \(next)", to: .complaint)
        }
    }
    guard found.errors.isEmpty else { return .failed }
    return found.warnings.isEmpty ? .ok : .degraded
}

private func printWarnings(_ found: ConfigFindings) {
    for mistake in found.warnings {
        try? printLine("warning: \(mistake.line)", to: .complaint)
    }
}

/// The mistakes in the files, and in the keys that they name.
struct ConfigFindings {
    /// The settings, without this station itself among the peers; nil if they are wrong.
    private(set) var config: Config?
    private(set) var errors: [Mistake] = []
    /// The number of errors that are left out of `errors`.
    private(set) var omitted = 0
    private(set) var warnings: [Mistake] = []
    /// Whether the caller may read the keys, so that mistakes in them are among the errors.
    private(set) var isWhole = true

    init(_ sources: [ConfigSource], in folder: String, _ paths: Paths) {
        do throws(ConfigError) {
            let read = try Config(sources, paths: paths)
            let found = keyMistakes(in: read)
            (config, errors, isWhole) = (found.config, found.errors, found.isWhole)
            warnings = found.config.warnings + PlaceChecks.mistakes(in: found.config, of: folder)
        } catch {
            (errors, omitted) = (error.mistakes, error.omitted)
        }
    }
}

/// Makes the checks that need the keys themselves; skips keys that the caller may not read.
///
/// - Returns: the settings without this station itself, the mistakes in the keys, and whether all
///   keys were read.
private func keyMistakes(
    in config: Config
) -> (config: Config, errors: [Mistake], isWhole: Bool) {
    let paths = config.paths
    do throws(StateError) {
        try KeyStore.checkFolder(paths)
    } catch {
        return (config, [Mistake(error, of: paths.keys)], true)
    }
    var (findings, isWhole) = ([Mistake](), true)
    func note(_ error: StateError, of file: String) {
        if error.isRefused { isWhole = false } else { findings.append(Mistake(error, of: file)) }
    }
    var own: PublicKey?
    do throws(StateError) {
        own = try KeyStore.publicKey(paths)
    } catch {
        note(error, of: paths.identity)
    }
    var config = config
    do throws(KeyChecks.ItselfError) {
        config = try KeyChecks.withoutItself(config, own: own)
    } catch { findings.append(error.mistake) }
    findings += KeyChecks.keys(of: config.peers, own: own).mistakes
    findings += KeyChecks.mistakes(inKeysOf: config.records)
    for peer in config.peers {
        guard case .file(let name) = peer.psk else { continue }
        let path = "\(paths.keys)/\(name)"
        do throws(StateError) {
            _ = try KeyStore.psk(of: peer, paths)
        } catch {
            note(error, of: path)
        }
    }
    return (config, findings, isWhole)
}

extension Mistake {
    /// A key file that cannot be used; the error names the place itself.
    fileprivate init(_ error: StateError, of file: String) {
        self.init(Origin(file: file, line: 0), error.finding, advice: error.fix)
    }

    /// The mistake without its remedy.
    var finding: String { origin.line == 0 ? what : "\(origin): \(what)" }

    /// The remedy; nil where the finding names it.
    var wayOut: String? { origin.line == 0 ? advice : fix }

    private var whole: String { advice.map { "\(what); \($0)" } ?? what }

    /// The mistake and its remedy, for a person.
    fileprivate var line: String { (origin.line == 0 ? whole : description).visibleLines }

    fileprivate var json: JSON {
        var json = JSON.object()
        json.set("file", JSON(origin.file))
        json.set("line", JSON(origin.line))
        json.set("message", JSON(origin.line == 0 ? whole : what))
        json.set("suggestion", suggestion.map { JSON($0) } ?? .null())
        return json
    }
}

/// `config show`: prints the settings of all files together, with every default.
func showConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let config = try readConfig(ConfigFolder(invocation.configFolder))
    let json = JSON.result("sections", config.effectiveSections) { section in
        var settings = JSON.object()
        for (key, value) in section.entries { settings.set(key, JSON(value)) }
        var json = JSON.object()
        json.set("section", JSON(section.kind))
        json.set("name", section.name.isEmpty ? .null() : JSON(section.name))
        if let file = section.file { json.set("file", JSON(file)) }
        json.set("settings", settings)
        return json
    }
    try printResult(json, config.effective, invocation, isFolded: false)
    return .ok
}

extension ConfigFolder {
    /// Reads the text of the files.
    func read() throws(Failure) -> [ConfigSource] {
        try attempt { () throws(SystemError) in try sources() }
    }
}

/// Reads the configuration in a folder, or throws all its mistakes.
func readConfig(_ folder: ConfigFolder) throws(Failure) -> Config {
    let sources = try folder.read()
    do throws(ConfigError) {
        return try Config(sources, paths: folder.paths)
    } catch {
        throw Failure(error.description)
    }
}

private let restart = "sudo systemctl restart intercomd"

/// `reload`: makes the running daemon read the files again; a bad file changes nothing.
func reloadConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let reload: Reply.Reload
    do throws(Failure) {
        reload = try askReload(invocation)
    } catch {
        guard error.refusal == .failed else { throw error }
        let rest = "until that is mended, the settings in use stay as they are"
        throw Failure("\(error.text)\n\(rest)", refusal: error.refusal)
    }
    let folder = ConfigFolder(invocation.configFolder)
    if let sources = try? folder.sources() {
        printWarnings(ConfigFindings(sources, in: folder.folder, folder.paths))
    }
    try printResult(reload.json, text(of: reload), invocation)
    return reload.needsRestart ? .degraded : .ok
}

private func text(of reload: Reply.Reload) -> String {
    guard !reload.difference.isEmpty else { return "nothing has changed" }
    var lines = reload.difference.map {
        $0.text.visible + ($0.needsRestart ? "  (needs a restart)" : "")
    }
    if reload.difference.contains(where: { $0.text.hasPrefix("~ [station] name:") }) {
        lines.append(
            "the peers keep the name that they have for this station; to change it, there: sudo"
                + " intercomctl peer rename; in a site, where it is introduced: site rename")
    }
    let isAny = reload.difference.contains { !$0.needsRestart }
    lines.append(
        !reload.needsRestart
            ? "applied" : "\(isAny ? "applied; for the rest" : "not applied"): \(restart)")
    return lines.joined(separator: "\n")
}

func askReload(_ invocation: borrowing Invocation) throws(Failure) -> Reply.Reload {
    var daemon = try Daemon(invocation)
    guard case .reload(let reload) = try daemon.ask(.reload) else { throw Failure.misfit }
    return reload
}
