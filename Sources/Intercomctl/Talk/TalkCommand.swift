internal import HAL
internal import Report
internal import Time

/// `talk TARGET`: holds a virtual talk button until this program ends, or its terminal is closed.
func talk(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let signals: TerminalSignals
    do throws(SystemError) { signals = try TerminalSignals() } catch { throw Failure(error) }
    var lifeline = Lifeline(at: Clock.now())
    // The talk ends when this connection closes.
    var daemon = try Daemon(invocation)
    let request = Request.talk(target: invocation.arguments[0])
    guard case .ptt(let result) = try daemon.ask(request) else { throw Failure.misfit }
    if !invocation.isJSON {
        let time = invocation.seconds.map { " for \($0) s" } ?? ""
        try printLine("talking to \(result.target.visible)\(time); Ctrl-C ends it")
    }
    var watch = ListenerWatch(result.heard, at: Clock.now())
    let end = invocation.seconds.map { Clock.now() + .seconds($0) }
    while end.map({ Clock.now() < $0 }) ?? true {
        // The terminal is closed, or the output has no reader.
        if lifeline.poll(at: Clock.now()) {
            return watch.isUnheard(at: Clock.now()) ? .failed : .ok
        }
        if signals.next() == .end { break }
        let isFirst = watch.isUntold
        if watch.look(invocation), isFirst || !invocation.isJSON {
            try say(watch.words, result, invocation)
        }
        guard let line = try daemon.nextLine(until: Clock.now() + FirstWords.look) else {
            continue
        }
        // The daemon ended it: another program released it, max-talk is over, or it has no target.
        guard let reply = try? Reply(parsing: line.span), case .done(let done) = reply else {
            throw Failure.misfit
        }
        throw Failure(.failed, done.text.visible)
    }
    if watch.isUntold, watch.tell() { try say(watch.words, result, invocation) }
    return watch.isUnheard(at: Clock.now()) ? .failed : .ok
}

/// Prints the listeners; with `--json`, one object for the first report.
private func say(
    _ words: FirstWords, _ result: Reply.PTT, _ invocation: borrowing Invocation
) throws(Failure) {
    guard invocation.isJSON else {
        return try printLine(words.sentence("heard by ").visible)
    }
    var result = result
    result.heard = words.heard
    try printLine(result.json)
}
