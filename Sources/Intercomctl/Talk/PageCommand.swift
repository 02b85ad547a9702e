internal import Control
internal import HAL
internal import Time

/// `page TARGET`: speaks to all of it until Ctrl-C, or for as long as was asked.
func page(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let target = invocation.arguments[0]
    let priority = invocation.priority
    let seconds = invocation.seconds ?? pageMax
    guard seconds <= pageMax else {
        throw Failure(.usage, "--seconds: a page lasts \(pageMax) seconds at most")
    }
    let signals: TerminalSignals
    do throws(SystemError) { signals = try TerminalSignals() } catch { throw Failure(error) }
    var lifeline = Lifeline(at: Clock.now())
    // The page lasts as long as this line to the daemon.
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.calls(.page(target, isDown: true, priority)))
    if !invocation.isJSON { try printLine(done.text.visible) }
    let begin = Clock.now()
    while Clock.now() < begin + .seconds(seconds) {
        if signals.next() == .end || lifeline.isCut(at: Clock.now()) { break }
        guard let line = try daemon.nextLine(until: Clock.now() + .milliseconds(20)) else {
            continue
        }
        return try ended(line, after: Clock.now() - begin, invocation)
    }
    // Over another line: this one waits for what was heard.
    var other = try Daemon(invocation)
    _ = try? other.ask(.calls(.page(target, isDown: false, priority)))
    guard let line = try daemon.nextLine(until: Clock.now() + wordsMax) else {
        throw Failure(.failed, "the daemon did not report what was heard of the page")
    }
    return try ended(line, after: nil, invocation)
}

/// The last reports of a page come 1.3 s after it.
private let wordsMax = Duration.seconds(5)

/// The page is over, and who has heard how much of it is known; `time` where the station has
/// ended it: its time is over, or its microphone or its target is gone.
private func ended(
    _ line: [UInt8], after time: Duration?, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let isTimeUp = time.map { $0 >= .seconds(pageMax - 1) } ?? true
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

/// The station ends a page then by itself.
private let pageMax = 60
