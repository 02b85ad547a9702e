internal import Report

/// `help`: prints the table of commands, or the help of one command or group.
func showHelp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard !invocation.arguments.isEmpty else {
        try printTable()
        return .ok
    }
    let name = invocation.arguments.joined(separator: " ")
    if let group = CommandGroup(named: invocation.arguments) { return try printHelp(of: group) }
    let command = try findCommand(invocation.arguments)
    guard command.name == name else {
        throw Failure.usage(unknown("command", name, among: Command.all.map { $0.name }))
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
    guard !command.examples.isEmpty else { return .ok }
    try printLine(command.examples.count == 1 ? "example:" : "examples:")
    for example in command.examples { try printLine("  \(example)") }
    return .ok
}

/// Prints the commands that begin with one word, such as `peer`.
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

/// `version`: prints the versions of this program, and of the daemon if it runs.
func showVersion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var running: String?
    // Without the daemon's answer, this program still prints its own version.
    if var daemon = try? Daemon(invocation),
        case .version(let version)? = try? daemon.ask(.version)
    {
        running = version.version
    }
    var json = JSON.result()
    json.set("version", JSON(Product.version))
    json.set("daemon", running.map { JSON($0) } ?? .null())
    let daemon = running.map { "\nintercomd \($0.visible), running" } ?? ""
    try printResult(json, "intercomctl \(Product.version)\(daemon)", invocation)
    return .ok
}
