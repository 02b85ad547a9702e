internal import HAL
internal import Report
internal import Time
internal import Wire

/// `page TARGET`: pages a peer or channel until Ctrl-C, or for `--seconds`.
func page(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let target = invocation.arguments[0]
    let priority = invocation.priority
    let seconds = invocation.seconds ?? PageLimit.seconds
    guard seconds <= PageLimit.seconds else {
        throw Failure(.usage, "--seconds: a page lasts \(PageLimit.seconds) seconds at most")
    }
    let signals: TerminalSignals
    do throws(SystemError) { signals = try TerminalSignals() } catch { throw Failure(error) }
    var lifeline = Lifeline(at: Clock.now())
    // The page ends when this connection closes.
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.page(target, isDown: true, priority))
    if !invocation.isJSON { try printLine(done.text.visible) }
    let begin = Clock.now()
    while Clock.now() < begin + .seconds(seconds) {
        if signals.next() == .end || lifeline.poll(at: Clock.now()) { break }
        guard let line = try daemon.nextLine(until: Clock.now() + .milliseconds(20)) else {
            continue
        }
        return try ended(line, after: Clock.now() - begin, invocation)
    }
    // On a second connection: the first one waits for the report.
    var other = try Daemon(invocation)
    _ = try? other.ask(.page(target, isDown: false, priority))
    guard let line = try daemon.nextLine(until: Clock.now() + wordsMax) else {
        throw Failure(.failed, "the daemon did not report what was heard of the page")
    }
    return try ended(line, after: nil, invocation)
}

/// The last reports arrive 1.3 s after the page.
private let wordsMax = Duration.seconds(5)

/// Prints how much of the page each listener heard.
///
/// `time` is set if the station ended it: after a minute, or without microphone or target.
private func ended(
    _ line: [UInt8], after time: Duration?, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let isTimeUp = time.map { $0 >= .seconds(PageLimit.seconds - 1) } ?? true
    guard let reply = try? Reply(parsing: line.span), case .done(let done) = reply else {
        throw Failure.misfit
    }
    if invocation.isJSON {
        try printLine(done.json)
    } else {
        if time != nil { try printLine(done.text.visible) }
        if done.outcome != "replaced" {
            try printLine("heard: \(done.heard.sentence.visible)")
        }
    }
    return isTimeUp && done.heard.isHeard ? .ok : .failed
}
