internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Settings

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
        let warnings = config.warnings + PlaceChecks.mistakes(in: config)
        report.warnings = warnings.map(ConfigReport.Finding.init)
        report.errors = keyMistakes(in: config).map(ConfigReport.Finding.init)
        if let finding = keyFolderMistake(config.paths) { report.errors.append(finding) }
        summary = "ok: \(plural(sources.count, "file")), station \(config.station.name),"
        summary += " \(plural(config.buttons.count, "button")),"
        summary += " \(plural(config.channels.count, "channel")),"
        summary += " \(plural(config.lamps.count, "lamp")), \(plural(config.peers.count, "peer"))"
    } catch {
        report.errors = error.mistakes.map(ConfigReport.Finding.init)
        report.omitted = error.omitted
    }
    if invocation.isJSON {
        try printLine(report.json)
    } else {
        for finding in report.errors {
            Terminal.write("\(finding.text.visibleLines)\n", to: .complaint)
        }
        if report.omitted > 0 { Terminal.write("and \(report.omitted) more\n", to: .complaint) }
        for finding in report.warnings {
            Terminal.write("warning: \(finding.text.visibleLines)\n", to: .complaint)
        }
        if report.errors.isEmpty { try printLine(summary) }
    }
    guard report.errors.isEmpty else { return .failed }
    return report.warnings.isEmpty ? .ok : .degraded
}

/// The checks that need the keys themselves.
private func keyMistakes(in config: Config) -> [Mistake] {
    // Without the right to read the identity, it is not checked.
    let own = (try? KeyStore.publicKey(config.paths)) ?? nil
    var mistakes = KeyChecks.keys(of: config.peers, own: own).mistakes
    for peer in config.peers {
        guard case .file(let name) = peer.psk else { continue }
        let path = "\(config.paths.keys)/\(name)"
        // Only whether the file exists: the caller may not be allowed to read it.
        do throws(SystemError) {
            guard try FileStore.status(of: path) == nil else { continue }
            mistakes.append(Mistake(peer.pskOrigin, "psk: there is no file \(path)"))
        } catch {
            continue
        }
    }
    return mistakes
}

/// The daemon's complaints about the folder of the keys.
private func keyFolderMistake(_ paths: Paths) -> ConfigReport.Finding? {
    do throws(KeyStoreError) {
        try KeyStore.checkFolder(paths)
        return nil
    } catch {
        var finding = ConfigReport.Finding()
        (finding.file, finding.what, finding.text) = (paths.keys, "\(error)", "\(error)")
        return finding
    }
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
