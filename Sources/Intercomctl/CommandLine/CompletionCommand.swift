/// `completion bash|zsh|fish`: prints the script that completes commands in that shell.
///
/// The scripts know no commands: at each Tab they ask `completion words -- TYPED…`.
func completion(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let word = invocation.arguments[0]
    if word == "words" {
        try printWords(Array(invocation.arguments.dropFirst()), invocation)
        return .ok
    }
    guard let script = CompletionScript.all[word], invocation.arguments.count == 1 else {
        let shells = CompletionScript.shells
        throw Failure(
            .usage,
            unknown(
                "shell", invocation.arguments.joined(separator: " "), among: shells,
                or: "intercomctl completion \(shells.joined(separator: "|"))"))
    }
    try printText(script)
    return .ok
}

/// Prints what may stand at the end of the typed words, one suggestion per line.
private func printWords(
    _ typed: [String], _ invocation: borrowing Invocation
) throws(Failure) {
    let completion = Completion(typed)
    // The line that is being typed may name another station's folder or socket.
    var options: [String] = []
    if let config = completion.config ?? invocation.config { options += ["--config", config] }
    if let socket = completion.socket ?? invocation.socket { options += ["--socket", socket] }
    guard let station = try? Invocation(options) else { return }
    switch completion.answer({ StationNames(station) }) {
    case .words(let found):
        for suggestion in found { try printLine(suggestion.line) }
    // No word begins with a colon.
    case .files: try printLine(":files")
    case .folders: try printLine(":folders")
    }
}
