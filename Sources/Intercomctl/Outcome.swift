internal import Control
internal import HAL
internal import Time

/// An offer, or a question, that nobody answers is given up after 8 s.
private let patience = Duration.seconds(10)
private let look = Duration.milliseconds(100)

/// What came of something that was asked for: a code for programs, words for people.
private struct Outcome {
    let code: String
    let text: String
    let exit: ExitCode
}

/// Asks for a call, and says what comes of it; with `--no-wait` its id alone, at once.
func begin(
    _ request: CallRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.calls(request))
    guard !invocation.isNoWait, let id = done.call else { return try say(done, invocation) }
    if !invocation.isJSON { try printLine(visible(done.text)) }
    return try say(done, try outcome(of: id, &daemon), invocation)
}

private func outcome(of id: String, _ daemon: inout Daemon) throws(Failure) -> Outcome {
    let end = Clock.now() + patience
    while Clock.now() < end {
        Clock.sleep(look)
        guard case .status(let status) = try daemon.ask(.status) else { throw misfit() }
        if status.call.call == id, let found = progress(of: status.call) { return found }
        guard status.call.call != id, let cause = try ending(of: id, &daemon) else { continue }
        // Both called each other: the other's call is the one that counts.
        if cause == .cancelled, status.call.call != nil {
            guard let found = progress(of: status.call) else { continue }
            return found
        }
        return Outcome(
            code: cause.rawValue, text: "it is over: \(cause.words)",
            exit: cause == .hungUp ? .ok : .failed)
    }
    return Outcome(
        code: "unknown", text: "no word of it yet; intercomctl status shows how it goes on",
        exit: .failed)
}

/// Prints what came of it: with `--json` as one object, with the words of the outcome.
private func say(
    _ done: Reply.Done, _ outcome: Outcome, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    if invocation.isJSON {
        var done = done
        done.text = outcome.text
        done.outcome = outcome.code
        try printLine(done.json)
    } else {
        try printLine(visible(outcome.text))
    }
    return outcome.exit
}

/// How a call goes; nil while nothing is known.
private func progress(of call: CallStatus) -> Outcome? {
    // Of several it is not known here who rings and who is in it.
    let who = call.peers.count == 1 ? visible(call.peers[0]) : nil
    let text: String
    switch (call.state, call.kind) {
    case (.idle, _), (.trying, _), (.ringing, _), (.connecting, _): return nil
    case (.calling, _): text = who.map { "it rings at \($0)" } ?? "it rings"
    case (.active, "listen_in"):
        text = "listening to \(who ?? "them"), where it beeps; end: intercomctl hangup"
    case (.active, _):
        text =
            who.map { "speaking with \($0); end: intercomctl hangup" }
            ?? "somebody has answered; end: intercomctl hangup"
    }
    return Outcome(code: call.state.rawValue, text: text, exit: .ok)
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

/// Asks a peer for something, and says what comes of it; with `--no-wait` that it was asked.
func askThere(
    _ request: Request, _ peer: String, _ what: String, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    guard !invocation.isNoWait else { return try ask(request, invocation) }
    var watcher = try Daemon(invocation)
    // Where too many watch already nothing can be waited for.
    do throws(Failure) { _ = try watcher.askAtOnce(.monitor) } catch {
        return try ask(request, invocation)
    }
    var daemon = try Daemon(invocation)
    let done = try daemon.order(request)
    if !invocation.isJSON { try printLine(visible(done.text)) }
    let end = Clock.now() + patience
    while let line = try watcher.nextLine(until: end) {
        guard let event = Event(parsing: line.span), event.kind == .result, event.peer == peer,
            let detail = event.detail, detail.utf8.starts(with: "\(what): ".utf8)
        else { continue }
        let code = event.outcome ?? "unknown"
        let exit: ExitCode = code == "done" ? .ok : .failed
        return try say(done, Outcome(code: code, text: detail, exit: exit), invocation)
    }
    let text = "\(peer) has not answered; intercomctl monitor shows when it does"
    return try say(done, Outcome(code: "no_answer", text: text, exit: .failed), invocation)
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
