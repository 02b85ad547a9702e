internal import Report

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
