internal import HAL
internal import Report
internal import Time
internal import Wire

// Requests whose outcome arrives as an event; each subscribes to the events first.

/// The station gives up an unanswered call after 8 s, and a request sooner.
private let patience = Duration.seconds(10)

/// Sends a request that is done at once, and prints the reply.
func ask(_ request: Request, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(request)
    try printResult(done.json, done.text.visible, invocation)
    return .ok
}

/// Begins a call and prints its outcome; with `--no-wait`, only its id.
///
/// At a terminal, follows the call until it is answered or over.
func beginCall(
    _ mode: Request.CallMode, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let request = Request.call(invocation.arguments[0], mode, invocation.priority)
    return try askAndFollow(request, invocation) {
        done, watch, invocation throws(Failure) in
        var call = CallWatch(call: done.call, mode: mode, priority: invocation.priority)
        if !invocation.isJSON, Terminal.isInteractive(.result) {
            return try call.followed(&watch, invocation)
        }
        return try call.outcome(&watch, until: Clock.now() + patience, invocation)
            ?? Outcome(
                code: "unknown", text: "no answer yet; intercomctl status shows the call",
                exit: .failed)
    }
}

/// Sends a request to a peer and prints its outcome; with `--no-wait`, only that it was sent.
func askPeer(
    _ peer: String, _ request: Request, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    try askAndFollow(request, invocation) { done, watch, _ throws(Failure) in
        let end = Clock.now() + patience
        while let event = try watch.next(until: end) {
            if event.kind == .result, event.peer == peer, event.request == done.request {
                return Outcome(event)
            }
        }
        let text = "\(peer) has not answered; intercomctl monitor shows when it does"
        return Outcome(code: "no_answer", text: text, exit: .failed)
    }
}

private func askAndFollow(
    _ request: Request, _ invocation: borrowing Invocation,
    _ follow: (Reply.Done, inout EventWatch, borrowing Invocation) throws(Failure) -> Outcome
) throws(Failure) -> ExitCode {
    guard !invocation.isNoWait, var watch = try EventWatch(invocation) else {
        return try ask(request, invocation)
    }
    var daemon = try Daemon(invocation)
    let done = try daemon.order(request)
    if !invocation.isJSON { try printLine(done.text.visible) }
    return try follow(done, &watch, invocation).print(done, invocation)
}

/// A call that this program has begun.
private struct CallWatch {
    var call: String?
    let mode: Request.CallMode
    let priority: Priority
    /// Whether the person has been shown that the call rings.
    var isRinging = false

    /// Follows the call until it is answered or over; Ctrl-C hangs up.
    mutating func followed(
        _ watch: inout EventWatch, _ invocation: borrowing Invocation
    ) throws(Failure) -> Outcome {
        let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
        while true {
            if signals.isEnd() {
                guard try statusNow(invocation).call.call == call else {
                    return Outcome(.cancelled, at: nil, as: mode, priority)
                }
                var daemon = try Daemon(invocation)
                let done = try daemon.order(.hangUp)
                return Outcome(
                    code: HistoryRecord.Cause.hungUp.rawValue, text: done.text, exit: .ok)
            }
            let end = Clock.now() + .milliseconds(200)
            guard let outcome = try outcome(&watch, until: end, invocation) else { continue }
            guard outcome.code == CallStatus.State.calling.rawValue else { return outcome }
            if !isRinging { try printLine("\(outcome.text.visible), or Ctrl-C") }
            isRinging = true
        }
    }

    /// Follows the call until it rings, is answered or is over; nil if none of this happens in
    /// time.
    mutating func outcome(
        _ watch: inout EventWatch, until end: Instant, _ invocation: borrowing Invocation
    ) throws(Failure) -> Outcome? {
        while let event = try watch.next(until: end) {
            guard event.call == call else { continue }
            switch event.kind {
            case .calling, .callActive:
                let now = try statusNow(invocation)
                if now.call.call == call, let outcome = Outcome(now) { return outcome }
            case .callEnded, .missedCall:
                let cause = event.cause.flatMap { HistoryRecord.Cause(rawValue: $0) } ?? .other
                if cause == .unreachable {
                    return Outcome(unreached: event.peer, try statusNow(invocation))
                }
                let outcome = Outcome(cause, at: event.peer, as: mode, priority)
                guard cause == .cancelled else { return outcome }
                // Both stations called each other, and the call of the peer has won.
                let now = try statusNow(invocation)
                guard let other = now.call.call, other != call else { return outcome }
                if let outcome = Outcome(now) { return outcome }
                call = other
            default: continue
            }
        }
        return nil
    }
}

/// Asks the daemon for the state of the station.
func statusNow(_ invocation: borrowing Invocation) throws(Failure) -> Status {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    return status
}

/// Asks the daemon for the state of a peer; nil if no daemon answers, or it has no such peer.
func peerNow(_ name: String, _ invocation: borrowing Invocation) -> PeerStatus? {
    (try? statusNow(invocation))?.peers.first { $0.name == name }
}

/// The daemon's events from now on, over a connection of its own.
struct EventWatch: ~Copyable {
    private var daemon: Daemon

    /// Nil if the daemon has no room for another watcher.
    init?(_ invocation: borrowing Invocation) throws(Failure) {
        var daemon = try Daemon(invocation)
        guard case .monitor? = try? daemon.askAtOnce(.monitor) else { return nil }
        self.daemon = daemon
    }

    /// The next event of a known kind; nil if none arrives before `end`.
    mutating func next(until end: Instant) throws(Failure) -> Event? {
        while let line = try daemon.nextLine(until: end) {
            if let event = Event(parsing: line.span) { return event }
        }
        return nil
    }
}
