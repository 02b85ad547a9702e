internal import Control
internal import HAL
internal import Time

// Requests whose outcome arrives as an event. Each subscribes first, so that it misses none.

/// The station gives up a call without an answer after 8 s, a request sooner.
private let patience = Duration.seconds(10)

/// Sends a request that is done at once, and prints the reply.
func ask(_ request: Request, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let done = try daemon.order(request)
    if invocation.isJSON {
        try printLine(done.json)
    } else {
        try printLine(done.text.visible)
    }
    return .ok
}

/// Begins a call and prints its outcome; with `--no-wait`, only its id.
func beginCall(
    _ request: CallRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    try askAndFollow(.calls(request), invocation) { done, watch, invocation throws(Failure) in
        try outcome(ofCall: done.call, &watch, invocation)
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

/// Follows a call until it rings, is answered or is over; nil if none of them happens in time.
private func outcome(
    ofCall id: String?, _ watch: inout EventWatch, _ invocation: borrowing Invocation
) throws(Failure) -> Outcome? {
    var id = id
    let end = Clock.now() + patience
    while let event = try watch.next(until: end) {
        guard event.call == id else { continue }
        switch event.kind {
        case .calling, .callActive:
            let call = try callNow(invocation)
            if call.call == id, let outcome = Outcome(call) { return outcome }
        case .callEnded, .missedCall:
            let cause = event.cause.flatMap { HistoryRecord.Cause(rawValue: $0) } ?? .other
            guard cause == .cancelled else { return Outcome(cause) }
            // Both stations called each other, and the call of the peer has won.
            let call = try callNow(invocation)
            guard let other = call.call, other != id else { return Outcome(cause) }
            if let outcome = Outcome(call) { return outcome }
            id = other
        default: continue
        }
    }
    return nil
}

private func callNow(_ invocation: borrowing Invocation) throws(Failure) -> CallStatus {
    try statusNow(invocation).call
}

/// The state of the station, as the daemon has it.
func statusNow(_ invocation: borrowing Invocation) throws(Failure) -> Status {
    var daemon = try Daemon(invocation)
    guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
    return status
}
