internal import Control
internal import HAL
internal import Time

/// An offer, or a question, that nobody answers is given up after 8 s.
private let patience = Duration.seconds(10)
private let look = Duration.milliseconds(100)

/// Asks for a call, and says what comes of it; with `--json` its id alone, at once.
func begin(
    _ request: CallRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.calls(request))
    guard !invocation.isJSON, let id = done.call else { return try say(done, invocation) }
    try printLine(visible(done.text))
    let end = Clock.now() + patience
    while Clock.now() < end {
        Clock.sleep(look)
        guard case .status(let status) = try daemon.ask(.status) else { throw misfit() }
        if status.call.call == id, let text = progress(of: status.call) {
            try printLine(text)
            return .ok
        }
        guard status.call.call != id, let cause = try ending(of: id, &daemon) else { continue }
        // Both called each other: the other's call is the one that counts.
        if cause == .cancelled, status.call.call != nil {
            guard let text = progress(of: status.call) else { continue }
            try printLine(text)
            return .ok
        }
        try printLine("it is over: \(cause.words)")
        return cause == .hungUp ? .ok : .failed
    }
    try printLine("no word of it yet; intercomctl status shows how it goes on")
    return .failed
}

/// How a call goes; nil while nothing is known.
private func progress(of call: CallStatus) -> String? {
    // Of several it is not known here who rings and who is in it.
    let who = call.peers.count == 1 ? visible(call.peers[0]) : nil
    switch (call.state, call.kind) {
    case (.idle, _), (.trying, _), (.ringing, _), (.connecting, _): return nil
    case (.calling, _): return who.map { "it rings at \($0)" } ?? "it rings"
    case (.active, "listen_in"):
        return "listening to \(who ?? "them"), where it beeps; end: intercomctl hangup"
    case (.active, _):
        return who.map { "speaking with \($0); end: intercomctl hangup" }
            ?? "somebody has answered; end: intercomctl hangup"
    }
}

/// Why a call ended, from the history; nil while it goes on.
private func ending(
    of id: String, _ daemon: inout Daemon
) throws(Failure) -> HistoryRecord.Cause? {
    var query = HistoryQuery()
    query.limit = 20
    guard case .history(let list) = try daemon.ask(.history(query)) else { throw misfit() }
    return list.calls.first { $0.record.call == id }?.record.cause
}

/// Asks a peer for something, and says what comes of it; with `--json` that it was asked, at once.
func askThere(
    _ request: Request, _ peer: String, _ what: String, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    guard !invocation.isJSON else { return try ask(request, invocation) }
    var watcher = try Daemon(invocation)
    // Where too many watch already nothing can be waited for.
    do throws(Failure) { _ = try watcher.askAtOnce(.monitor) } catch {
        return try ask(request, invocation)
    }
    _ = try ask(request, invocation)
    let end = Clock.now() + patience
    while let line = try watcher.nextLine(until: end) {
        guard let event = Event(parsing: line.span), event.kind == .result, event.peer == peer,
            let detail = event.detail, detail.utf8.starts(with: "\(what): ".utf8)
        else { continue }
        try printLine(visible(detail))
        return detail == "\(what): done" ? .ok : .failed
    }
    try printLine("\(visible(peer)) has not answered; intercomctl monitor shows when it does")
    return .failed
}

/// Prints the sentence that came back.
func say(_ done: Reply.Done, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    if invocation.isJSON {
        try printLine(done.json)
    } else {
        try printLine(visible(done.text))
    }
    return .ok
}
