internal import Control

/// `config diff`: what the running daemon would change if it read the files now.
func showDifference(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let reload = try askReload(invocation, isCheck: true)
    if invocation.isJSON {
        try printLine(reload.json)
    } else if reload.difference.isEmpty {
        try printLine("nothing has changed")
    } else {
        try printDifference(reload)
        try printLine("not applied yet: intercomctl reload\(rest(of: reload, after: ", then"))")
    }
    return .ok
}

/// `reload`: lets the running daemon read the files anew; a bad file changes nothing.
func reloadConfig(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let reload = try askReload(invocation, isCheck: false)
    if invocation.isJSON {
        try printLine(reload.json)
    } else if reload.difference.isEmpty {
        try printLine("nothing has changed")
    } else {
        try printDifference(reload)
        let isPartly = reload.needsRestart
        try printLine(isPartly ? "applied\(rest(of: reload, after: "; the rest:"))" : "applied")
    }
    return reload.needsRestart ? .degraded : .ok
}

private func askReload(
    _ invocation: borrowing Invocation, isCheck: Bool
) throws(Failure) -> Reply.Reload {
    var daemon = try Daemon(invocation)
    guard case .reload(let reload) = try daemon.ask(.reload(isCheck: isCheck)),
        reload.isCheck == isCheck
    else { throw misfit() }
    return reload
}

private func printDifference(_ reload: Reply.Reload) throws(Failure) {
    for line in reload.difference {
        try printLine(visible(line.text) + (line.needsRestart ? "  (needs a restart)" : ""))
    }
}

private func rest(of reload: Reply.Reload, after word: String) -> String {
    reload.needsRestart ? "\(word) systemctl restart intercomd" : ""
}
