internal import Report

/// `help`: the table, or one row of it.
func showHelp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !invocation.arguments.isEmpty else {
        try printTable()
        return .ok
    }
    let name = invocation.arguments.joined(separator: " ")
    if let group = CommandGroup(named: invocation.arguments) { return try printHelp(of: group) }
    let command = try findCommand(invocation.arguments)
    guard command.name == name else {
        throw Failure(.usage, unknown("command", name, among: Command.all.map { $0.name }))
    }
    return try printHelp(of: command)
}

func printHelp(of command: Command) throws(Failure) -> ExitCode {
    try printText(wrapped("usage: intercomctl \(command.usage)"))
    try printLine(command.help)
    var table = Table()
    for option in command.options.compactMap({ Option.named($0) }) {
        table.add(["  \(option.usage)", option.help])
    }
    try printText(table.text)
    let examples = Examples.of(command.name)
    guard !examples.isEmpty else { return .ok }
    try printLine(examples.count == 1 ? "example:" : "examples:")
    for example in examples { try printLine("  \(example)") }
    return .ok
}

/// The commands that begin with one word: `peer`.
func printHelp(of group: CommandGroup) throws(Failure) -> ExitCode {
    try printText(CommandGroup.table(of: [group]))
    try printLine("Options: intercomctl help COMMAND.")
    return .ok
}

private func printTable() throws(Failure) {
    try printLine("usage: intercomctl [--config DIR] [--socket PATH] [COMMAND]")
    try printText(CommandGroup.table(of: CommandGroup.all))
    try printLine(
        "Without a command it shows status. Options: intercomctl help COMMAND.")
    try printLine("With --json, most commands print one JSON object on one line.")
    try printLine("--config names the settings' folder, instead of /etc/intercomd;")
    try printLine("--socket names the control socket, instead of the one in the settings.")
    try printLine("Exit status: 0 ok, 1 failed, 2 usage, 3 daemon not running, 4 degraded.")
}

/// Lines to copy, for the commands that take arguments.
enum Examples {
    /// One to three of a command; none where its name is all that there is to type.
    static func of(_ command: String) -> [String] {
        all.first { $0.command == command }?.lines ?? []
    }

    static let all: [(command: String, lines: [String])] = [
        ("history", ["intercomctl history --missed --since 1d"]),
        ("stats", ["intercomctl stats garage"]),
        ("talk", ["intercomctl talk house", "intercomctl talk --seconds 10 garage"]),
        ("ptt", ["intercomctl ptt down house", "intercomctl ptt up house"]),
        ("reply", ["intercomctl reply down", "intercomctl reply up"]),
        ("page", ["intercomctl page house", "intercomctl page --priority high garage"]),
        ("announce", ["intercomctl announce --file gong.wav house"]),
        ("relay", ["intercomctl relay door", "intercomctl relay door frontdoor"]),
        ("signal", ["intercomctl signal garage"]),
        ("call", ["intercomctl call garage", "intercomctl call --priority high house"]),
        ("drop-in", ["intercomctl drop-in nursery"]),
        ("listen", ["intercomctl listen nursery"]),
        (
            "volume",
            ["intercomctl volume", "intercomctl volume 60", "intercomctl volume ring -10"]
        ),
        ("mute", ["intercomctl mute mic", "intercomctl mute garage"]),
        ("unmute", ["intercomctl unmute mic"]),
        ("dnd", ["intercomctl dnd on --for 1h", "intercomctl dnd off"]),
        ("peer show", ["intercomctl peer show garage"]),
        ("show peer", ["intercomctl show peer garage"]),
        (
            "pair",
            [
                "intercomctl pair", "intercomctl pair 7K9M-QX2W",
                "intercomctl pair 192.0.2.7 7K9M-QX2W",
            ]
        ),
        ("invite", ["intercomctl invite | ssh garage intercomctl accept"]),
        ("accept", ["ssh garage intercomctl invite | intercomctl accept"]),
        ("site init", ["sudo intercomctl site init house"]),
        (
            "site add",
            ["sudo intercomctl site add garage intercom1:...", "sudo intercomctl site add garage"]
        ),
        ("site rename", ["sudo intercomctl site rename garage workshop"]),
        (
            "site channel",
            [
                "sudo intercomctl site channel upstairs attic bedroom",
                "sudo intercomctl site channel everyone all",
                "sudo intercomctl site channel upstairs -",
            ]
        ),
        ("site join", ["intercomctl site join"]),
        ("site remove", ["sudo intercomctl site remove garage"]),
        (
            "site replace",
            [
                "sudo intercomctl site replace garage garage-2",
                "sudo intercomctl site replace garage intercom1:...",
            ]
        ),
        ("recording keygen", ["intercomctl recording keygen house.key"]),
        ("recording verify", ["intercomctl recording verify talk.icrec"]),
        ("recording show", ["intercomctl recording show --key-file house.key talk.icrec"]),
        ("recording open", ["intercomctl recording open --key-file house.key talk.icrec"]),
        (
            "site import",
            [
                "ssh kitchen intercomctl site export | sudo intercomctl site import",
                "sudo intercomctl site import house.roster",
            ]
        ),
        (
            "peer add",
            [
                "sudo intercomctl peer add garage garage.local intercom1:...",
                "sudo intercomctl peer add --psk-file house.psk garage - intercom1:...",
            ]
        ),
        (
            "peer set",
            [
                "sudo intercomctl peer set --address garage.local garage",
                "sudo intercomctl peer set --gain -6dB garage",
            ]
        ),
        (
            "peer verify",
            ["sudo intercomctl peer verify garage 6615 5028 5009 7032 9321 0175"]
        ),
        ("peer rename", ["sudo intercomctl peer rename garage workshop"]),
        (
            "peer replace",
            [
                "sudo intercomctl peer replace garage garage-2",
                "sudo intercomctl peer replace garage intercom1:...",
            ]
        ),
        ("peer remove", ["sudo intercomctl peer remove garage"]),
        ("doctor", ["intercomctl doctor", "intercomctl doctor status network"]),
        ("test latency", ["intercomctl test latency garage"]),
        ("test button", ["intercomctl test button", "intercomctl test button ptt"]),
        ("test led", ["intercomctl test led mic"]),
        (
            "completion",
            [
                "intercomctl completion bash",
                "intercomctl completion fish > ~/.config/fish/completions/intercomctl.fish",
            ]
        ),
        ("help", ["intercomctl help talk", "intercomctl help peer add"]),
    ]
}

/// `version`: of this program, and of the daemon if it runs.
func showVersion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var running: String?
    do throws(Failure) {
        var daemon = try Daemon(invocation)
        if case .version(let version) = try daemon.ask(.version) { running = version.version }
    } catch {
        // Without the daemon's answer, this program still prints its own version.
        running = nil
    }
    if invocation.isJSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        json.set("version", JSON(Product.version))
        json.set("daemon", running.map { JSON($0) } ?? .null())
        try printLine(json)
        return .ok
    }
    try printLine("intercomctl \(Product.version)")
    if let running { try printLine("intercomd \(running.visible), running") }
    return .ok
}
