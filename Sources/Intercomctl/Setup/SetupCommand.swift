internal import Config
internal import Files
internal import HAL
internal import Report

/// `setup`: makes the shortest configuration that works, from the cards and lines found.
func setUp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let folder = ConfigFolder(invocation.configFolder)
    let isAsking =
        !invocation.isYes && !invocation.isJSON && Keyboard.isThere
        && Terminal.isInteractive(.result)
    let isWriting = invocation.isYes || isAsking
    var setup = try Setup(folder, name: invocation.name)
    if isAsking, !invocation.isForced,
        (try? readConfig(folder))?.station.name == setup.plan[.name].value
    {
        // An earlier run was cut off, or a person has written the file: take the remaining steps.
        try setup.checkRight()
        return try setup.goOn(invocation)
    }
    if isWriting { try setup.checkPlace(isForced: invocation.isForced) }
    if isAsking {
        try setup.checkRight()
        // No answer can mend a conflict of the plan with other files.
        try setup.check()
        try setup.printCards()
        guard try setup.ask() else {
            try printLine("nothing was written")
            return .failed
        }
    }
    try setup.check()
    if isWriting { try setup.write() }
    if invocation.isJSON {
        try printLine(setup.json)
    } else if isAsking {
        try printScreen(setup.warnings)
        return try setup.goOn(invocation)
    } else if isWriting {
        try printScreen(setup.summary)
        try printScreen(setup.advice(isRunning: isRunning(invocation)))
    } else {
        Terminal.write(setup.summary, to: .complaint)
        try printText(setup.plan.text)
        let isThere = !folder.isMainAbsent
        Terminal.write(
            "nothing was written; this is for \(setup.path), "
                + (isThere
                    ? "which is there already (intercomctl config show): sudo intercomctl setup"
                        + "\(setup.naming) --yes --force writes it anew\(setup.renaming)\n"
                    : "which sudo intercomctl setup\(setup.naming) --yes writes\n"),
            to: .complaint)
    }
    return .ok
}

/// Whether the daemon answers.
func isRunning(_ invocation: borrowing Invocation) -> Bool {
    guard var daemon = try? Daemon(invocation) else { return false }
    return (try? daemon.ask(.version)) != nil
}

/// One run of `setup`: the devices found, the choices and the result.
struct Setup {
    let folder: ConfigFolder
    let cards: [CardTrial]
    var plan: SetupPlan
    private(set) var isWritten = false
    /// The path to which the former configuration was moved.
    private(set) var backup: String?
    /// The option `--name` as the person gave it; empty without it.
    let naming: String
    /// The way to give the station that name and keep its settings; empty if it has that name.
    var renaming: String {
        let name = plan[.name].value
        guard !naming.isEmpty, let now = try? readConfig(folder), now.station.name != name else {
            return ""
        }
        return "; for that name alone: name = \(name) in its [station], then intercomctl reload"
    }

    var path: String { "\(folder.folder)/intercomd.conf" }

    /// Looks for devices; `name` is the station's name, if the person gave one.
    init(_ folder: ConfigFolder, name: String?) throws(Failure) {
        self.folder = folder
        naming = name.map { " --name \($0)" } ?? ""
        let choice: SetupPlan.Choice
        if let name {
            guard isName(name) else { throw Failure.usage(noName(name, near: name)) }
            choice = SetupPlan.Choice(value: name, reason: "as given")
        } else if !folder.isMainAbsent, let config = try? readConfig(folder) {
            choice = SetupPlan.Choice(value: config.station.name, reason: "its name now")
        } else if let nearest = nearestName(to: Environment.hostName) {
            choice = SetupPlan.Choice(
                value: nearest,
                reason: "the machine's name"
                    + (folder.isMainAbsent ? "" : ", as the settings have mistakes"))
        } else {
            choice = SetupPlan.Choice(value: "station", reason: "the machine has no name")
        }
        cards = CardTrial.all()
        plan = SetupPlan(name: choice, cards: cards, key: ButtonTrial.usual())
    }

    /// Keeps an existing configuration, unless `--force` replaces it; a symbolic link always stays.
    func checkPlace(isForced: Bool) throws(Failure) {
        let (isLink, isThere) = try attempt { () throws(SystemError) in
            (try FileStore.isLink(path), try FileStore.status(of: path) != nil)
        }
        guard isThere && !folder.isMainAbsent && !isForced || isLink else { return }
        guard !isLink else {
            throw Failure(
                "\(path) is a symbolic link and stays as it is: remove the link, or put the text"
                    + " that intercomctl setup prints into the file it points to")
        }
        throw Failure(
            "\(kept); to go on after a setup that was cut off: sudo systemctl enable --now"
                + " intercomd, then intercomctl pair")
    }

    /// The line about a file that was there before.
    var kept: String {
        "\(path) is there already and stays as it is (intercomctl config show);"
            + " --force writes it anew and keeps the old one as intercomd.conf.bak\(renaming)"
    }

    /// Refuses before the first question if the answers could not be written.
    func checkRight() throws(Failure) {
        let mayWrite = try attempt { () throws(SystemError) in
            try FileStore.mayWrite(in: folder.folder)
        }
        guard !mayWrite else { return }
        throw Failure(
            "no right to write \(path): sudo intercomctl setup (without a right to write,"
                + " intercomctl setup | cat shows what it would write)")
    }

    /// Checks the plan, with the other files, as the daemon would.
    func settings() throws(Failure) -> Result<Config, ConfigError> {
        let main = ConfigSource(role: .main, path: path, bytes: Array(plan.text.utf8))
        // A folder that does not exist yet has no other files.
        let isMissing = folder.isMainAbsent && !folder.isEmpty
        let others = try attempt { () throws(SystemError) in
            isMissing ? [] : try folder.sources(orElse: "")
        }
        let sources = [main] + others.filter { $0.role != .main }
        do throws(ConfigError) {
            return .success(try Config(sources, paths: folder.paths))
        } catch { return .failure(error) }
    }

    func check() throws(Failure) {
        guard case .failure(let error) = try settings() else { return }
        let text = error.mistakes.map { $0.description }.joined(separator: "\n")
        throw Failure("with this the configuration would be wrong:\n\(text)")
    }

    mutating func write() throws(Failure) {
        do throws(SystemError) {
            try FileStore.makeDirectory(folder.folder, mode: 0o755)
            if try FileStore.status(of: path) != nil {
                // Moved, and not read: the folder's owner could have made the file a link
                // meanwhile.
                let kept = try Self.freeName(beside: path)
                try FileStore.rename(path, to: kept)
                backup = kept
            }
            try FileStore.write(Array(plan.text.utf8).span, to: path, mode: 0o644)
        } catch { throw error.failure }
        isWritten = true
    }

    /// Returns a free name, `.bak` or with a number: the oldest copy may be the one worth keeping.
    private static func freeName(beside path: String) throws(SystemError) -> String {
        var name = "\(path).bak"
        var number = 1
        while try FileStore.status(of: name) != nil {
            number += 1
            name = "\(path).bak\(number)"
        }
        return name
    }
}

/// Whether the usual GPIO line of a talk button is available.
struct ButtonTrial: Equatable {
    let reason: String
    /// Whether the line exists, free or held: the daemon, or a removable program, may hold it.
    var isThere = false
    var warning: String?

    private static let byHand = "talk with: intercomctl talk house"

    static func free(place: String) -> ButtonTrial {
        ButtonTrial(reason: "\(place), free", isThere: true)
    }

    /// Describes a line that another program holds; the program's name may be empty.
    static func held(by holder: String) -> ButtonTrial {
        let reason = "in use by \(holder.isEmpty ? "the kernel" : holder.visible)"
        let warning =
            "\(SetupPlan.usualLine) is \(reason): free it, or write another line"
            + " (intercomctl gpio list)"
        return ButtonTrial(
            reason: reason, isThere: true, warning: holder.hasPrefix("intercomd") ? nil : warning)
    }

    /// There are GPIO chips, but none has the line.
    static let noLine = ButtonTrial(
        reason: "no GPIO line has the name \(SetupPlan.usualLine)",
        warning:
            "no talk button: write [button ptt] with a line of intercomctl gpio list; \(byHand)")

    static let noChip = ButtonTrial(
        reason: "no GPIO on this machine", warning: "no talk button; \(byHand)")

    /// Describes lines that could not be listed, with the reason.
    static func unknown(_ why: String) -> ButtonTrial {
        ButtonTrial(
            reason: "the GPIO lines cannot be listed", warning: "\(why.visible); \(byHand)")
    }

    static func usual() -> ButtonTrial {
        do throws(GPIOError) {
            let (chip, line) = try GPIOLine.place(of: SetupPlan.usualLine)
            return line.isUsed ? .held(by: line.holder) : .free(place: "\(chip)/\(line.offset)")
        } catch {
            switch error.reason {
            case .noChip: return .noChip
            case .noLine: return .noLine
            case .noPermission(let path):
                let chip = String(path.dropFirst("/dev/".count))
                return .unknown(GPIOError(line: chip, reason: error.reason).description)
            default: return .unknown(error.description)
            }
        }
    }
}
