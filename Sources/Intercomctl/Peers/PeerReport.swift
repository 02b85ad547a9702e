internal import Report

/// The report of a command that changed a peer, and of the reload that applies the change.
struct PeerReport {
    private let name: String
    /// The peer's former name, if it was renamed.
    private let former: String?
    private let fingerprint: String?
    private var lines: [String] = []
    private var isApplied = false
    private var needsRestart = false

    init(name: String, former: String? = nil, fingerprint: String? = nil) {
        self.name = name
        self.former = former
        self.fingerprint = fingerprint
    }

    mutating func add(_ line: String) { lines.append(line) }

    /// Makes the daemon read the files, except with `--no-reload`; then prints the report.
    consuming func reloadAndPrint(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        var ending = ExitCode.ok
        if invocation.isUnapplied {
            add("to apply it: intercomctl reload")
        } else {
            ending = try apply(invocation)
        }
        if invocation.isJSON {
            try printLine(json)
        } else {
            for line in lines { try printLine(line.visible) }
        }
        return ending
    }

    private mutating func apply(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
        let reload: Reply.Reload
        do throws(Failure) {
            reload = try askReload(invocation, isCheck: false)
        } catch {
            guard error.code == .notRunning else {
                throw Failure(
                    .failed,
                    "\(name) is written, but intercomd has not applied it:\n\(error.text)\n"
                        + "correct that, then: intercomctl reload")
            }
            add("intercomd is not running; it reads this at its next start")
            return .ok
        }
        isApplied = true
        // The reload also applies earlier changes that the person may have forgotten; those that
        // the report has told of are no news.
        let told = lines.flatMap { line in
            line.split { " :;,".contains($0) }.map { String($0) }
        }
        let others = reload.difference.filter { line in
            let words = (line.section ?? "").split(separator: " ").map { String($0) }
            return words.count < 2
                || words[1] != name && words[1] != former && !told.contains(words[1])
        }
        for line in others {
            add("also applied: \(line.text)" + (line.needsRestart ? "  (needs a restart)" : ""))
        }
        needsRestart = reload.needsRestart
        if needsRestart { add("for the rest: sudo systemctl restart intercomd") }
        add("applied: the running intercomd has it")
        return .ok
    }

    private var json: JSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("name", JSON(name))
        json.set("fingerprint", fingerprint.map { JSON($0) } ?? .null())
        json.set("applied", JSON(isApplied))
        json.set("restart", JSON(needsRestart))
        return json
    }
}
