internal import Control
internal import HAL
internal import Time

/// How long a command waits for the other side's answer: policies and busy boxes answer at once.
private let patience = Duration.seconds(5)
private let look = Duration.milliseconds(100)

/// Asks for a call, and says what comes of it; with `--json` its id alone, at once.
func begin(
    _ request: CallRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .done(let done) = try daemon.ask(.calls(request)) else { throw misfit() }
    guard !invocation.isJSON, let id = done.call else { return try say(done, invocation) }
    try printLine(visible(done.text))
    let end = Clock.now() + patience
    while Clock.now() < end {
        Clock.sleep(look)
        guard case .status(let status) = try daemon.ask(.status) else { throw misfit() }
        guard let (text, code) = outcome(of: id, status.call) else { continue }
        try printLine(text)
        return code
    }
    try printLine("no word of it yet; intercomctl status shows how it goes on")
    return .ok
}

/// What became of a call; nil while nothing is known.
private func outcome(of id: String, _ call: CallStatus) -> (String, ExitCode)? {
    if call.last == id {
        let cause = call.lastCause.flatMap { HistoryRecord.Cause(rawValue: $0) }?.words ?? "ended"
        return ("it is over: \(cause)", call.lastCause == "hung_up" ? .ok : .failed)
    }
    guard call.call == id else { return nil }
    let who = visible(call.peers.joined(separator: ", "))
    switch (call.state, call.kind) {
    case (.idle, _), (.trying, _), (.ringing, _), (.connecting, _): return nil
    case (.calling, _): return ("it rings at \(who)", .ok)
    case (.active, "listen_in"): return ("listening to \(who), where it beeps; end: hangup", .ok)
    case (.active, _): return ("speaking with \(who); end: hangup", .ok)
    }
}

/// Asks a peer for something, and says what comes of it; with `--json` that it was asked, at once.
func askThere(
    _ request: Request, _ peer: String, _ what: String, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    guard !invocation.isJSON else { return try ask(request, invocation) }
    var watcher = try Daemon(invocation)
    // Where too many watch already there is nothing to wait for.
    do throws(Failure) { _ = try watcher.ask(.monitor) } catch {
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
