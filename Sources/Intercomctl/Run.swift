internal import HAL
internal import Report

/// Hides the memory, which may hold the station's keys, from other programs of the same user.
func hideMemory() {
    do throws(SystemError) {
        try ProcessHardening.hideMemory()
    } catch {
        Terminal.write(
            "intercomctl: its memory is not hidden from other programs: \(error)\n", to: .complaint)
    }
}

/// Runs the command line and returns the exit status.
func run(_ typed: [String]) -> ExitCode {
    do throws(Failure) {
        return try dispatch(try Invocation(typed))
    } catch {
        // With `--json` the output is always one object, also after a usage error.
        if typed.prefix(while: { $0 != "--" }).contains("--json") { try? printFailure(error) }
        // The text may contain file names that another user has chosen.
        try? printLine("intercomctl: \(error.text.visibleLines)", to: .complaint)
        return error.code
    }
}

private func dispatch(_ typed: Invocation) throws(Failure) -> ExitCode {
    var invocation = typed
    // Without a command, show the status, as `wg` does.
    var words = typed.words
    if words.isEmpty { words = [typed.isVersion ? "version" : typed.isHelp ? "help" : "status"] }
    if typed.isHelp, let group = CommandGroup(named: words) { return try printHelp(of: group) }
    let command = try findCommand(words)
    invocation.arguments = Array(words.dropFirst(command.words.count))
    if typed.isHelp, command.name != "help" {
        return try printHelp(of: command)
    }
    try command.check(invocation)
    return try command.function(invocation)
}

extension Command {
    /// Refuses options that the command does not take, and too many or too few arguments.
    func check(_ invocation: borrowing Invocation) throws(Failure) {
        let shared = Command.sharedOptions + (name == "version" ? ["--version"] : [])
        for option in invocation.options where !(options + shared).contains(option) {
            throw Failure.usage("\(name) takes no \(option); usage: intercomctl \(usage)")
        }
        guard count.contains(invocation.arguments.count) else {
            throw Failure.usage("usage: intercomctl \(usage)")
        }
    }
}

/// Finds the command that these words begin with.
func findCommand(_ words: [String]) throws(Failure) -> Command {
    let pair = words.count > 1 ? "\(words[0]) \(words[1])" : words[0]
    for command in Command.all where command.name == pair || command.name == words[0] {
        return command
    }
    let names = Command.all.map { $0.name }
    // The first word of two-word commands: list the second words.
    let siblings = names.filter { $0.hasPrefix("\(words[0]) ") }
    if !siblings.isEmpty {
        guard words.count > 1 else {
            let halves = siblings.map { $0.dropFirst(words[0].utf8.count + 1) }
            throw Failure.usage(
                "\"\(words[0])\" needs a subcommand: \(halves.joined(separator: ", "))")
        }
        throw Failure.usage(
            unknown("command", pair, among: siblings, or: siblings.joined(separator: ", ")))
    }
    let firsts = names.map { String($0.split(separator: " ")[0]) }
    throw Failure.usage(unknown("command", words[0], among: names + firsts))
}

private func printFailure(_ failure: Failure) throws(Failure) {
    var inner = JSON.object()
    inner.set("code", JSON(failure.word))
    inner.set("message", JSON(failure.text))
    var outer = JSON.result()
    outer.set("error", inner)
    try printLine(outer)
}
