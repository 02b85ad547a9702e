internal import Control
internal import HAL
internal import Time

/// `talk TARGET`: holds a talk button for a peer or channel for as long as this program lives, and
/// no longer than somebody is at its other end.
func talk(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let signals: TerminalSignals
    do throws(SystemError) { signals = try TerminalSignals() } catch { throw Failure(error) }
    var lifeline = Lifeline(at: Clock.now())
    // The talk lasts as long as this line to the daemon.
    var daemon = try Daemon(invocation)
    let request = Request.talk(target: invocation.arguments[0])
    guard case .ptt(let result) = try daemon.ask(request) else { throw misfit() }
    if invocation.isJSON {
        try printLine(result.json)
    } else {
        let listeners =
            result.listeners.isEmpty
            ? "nobody hears it now" : visible(result.listeners.joined(separator: ", "))
        try printLine("talking to \(visible(result.target)): \(listeners)")
    }
    let end = invocation.seconds.map { Clock.now() + .seconds($0) }
    while end.map({ Clock.now() < $0 }) ?? true {
        if signals.next() == .end || lifeline.isCut(at: Clock.now()) { return .ok }
        guard let line = try daemon.nextLine(until: Clock.now() + .milliseconds(20)) else {
            continue
        }
        // The station has ended it: another let go, max-talk is over, or the target is gone.
        guard let reply = try? Reply(parsing: line.span), case .done(let done) = reply else {
            throw misfit()
        }
        throw Failure(.failed, visible(done.text))
    }
    return .ok
}
