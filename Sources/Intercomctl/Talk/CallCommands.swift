internal import HAL
internal import Report
internal import Time
internal import Wire

/// `call TARGET` rings the target; `drop-in PEER` and `listen PEER` open microphones without an
/// answer, if the peer allows it.
func calling(_ mode: Request.CallMode) -> Command.Function {
    { (invocation) throws(Failure) in try beginCall(mode, invocation) }
}

/// `answer`, `reject`, `hangup`: a request that is done at once.
func asking(_ request: Request) -> Command.Function {
    { (invocation) throws(Failure) in try ask(request, invocation) }
}

/// `relay NAME [PEER]`: switches a relay on for its pulse.
func switchRelay(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let relay = invocation.arguments[0]
    guard invocation.arguments.count > 1 else {
        return try ask(.relay(relay, peer: nil), invocation)
    }
    let peer = invocation.arguments[1]
    return try askPeer(peer, .relay(relay, peer: peer), invocation)
}

/// `signal PEER`: lights the peer's call light.
func signalPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let peer = invocation.arguments[0]
    return try askPeer(peer, .signal(peer: peer), invocation)
}

// Requests whose outcome arrives as an event; each subscribes to the events first.

/// The station gives up an unanswered call after 8 s, and a request sooner.
private let patience = Duration.seconds(10)

/// Begins a call and prints its outcome; with `--no-wait`, only its id.
///
/// At a terminal, follows the call until it is answered or over.
private func beginCall(
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
private func askPeer(
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
                    let mayHaveNote = mode == .call && event.target == nil && !isRinging
                    return Outcome(
                        unreached: event.peer, try statusNow(invocation), mayHaveNote: mayHaveNote)
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

/// The outcome of a request: a code for programs, a sentence for people.
struct Outcome {
    let code: String
    let text: String
    let exit: ExitCode

    /// Prints the outcome; with `--json`, prints the daemon's reply with the outcome added.
    func print(
        _ done: Reply.Done, _ invocation: borrowing Invocation
    ) throws(Failure) -> ExitCode {
        var done = done
        (done.text, done.outcome) = (text, code)
        try printResult(done.json, text.visible, invocation)
        return exit
    }
}

extension Outcome {
    /// Describes the call in progress; nil while the call has not reached a peer.
    init?(_ status: Status) {
        let call = status.call
        // With several peers, `status` does not show which peer rings and which peer is in the
        // call.
        let peer = call.peers.count == 1 ? call.peers[0].visible : nil
        exit = .ok
        code = call.state.rawValue
        switch (call.state, call.kind) {
        case (.idle, _), (.trying, _), (.ringing, _), (.connecting, _): return nil
        case (.calling, _):
            text =
                "ringing\(peer.map { " at \($0)" } ?? "")"
                + (call.unheard.isEmpty ? "" : "; not heard by \(call.unheard.sentence)")
                + "; to hang up: intercomctl hangup"
        case (.active, "listen_in"):
            text = "listening to \(peer ?? "them"), where it beeps; end: intercomctl hangup"
        case (.active, _):
            text =
                (peer.map { "speaking with \($0)" } ?? "a station has answered")
                + ", \(status.microphoneWords); end: intercomctl hangup"
        }
    }

    /// Describes a call that reached no peer, with the reason if the station knows it.
    ///
    /// - Parameters:
    ///   - peer: The name of the called peer.
    ///   - status: The station's status after the call.
    ///   - mayHaveNote: Whether the station leaves a note of the call while it has a broker.
    init(unreached peer: String?, _ status: Status, mayHaveNote: Bool) {
        let known =
            status.peers.first { $0.name == peer }?.fault
            ?? status.peers.first { $0.down.reason == "no_network" }?.fault
        let fix = known?.fix ?? HeardBy.Reason.noAnswer.fix
        self.text =
            "the call is over: \(peer?.visible ?? "the other station") is unreachable"
            + (known.map { ": \($0.text.visible)" } ?? "") + "; \(fix.visible)"
            + (mayHaveNote && status.broker?.isConnected == true
                ? "; a note of the call waits for it at the broker" : "")
        (code, exit) = (HistoryRecord.Cause.unreachable.rawValue, .failed)
    }

    /// Describes a call that is over, with its peer if there was one.
    init(
        _ cause: HistoryRecord.Cause, at peer: String?, as mode: Request.CallMode,
        _ priority: Priority
    ) {
        code = cause.rawValue
        exit = cause == .hungUp ? .ok : .failed
        let other = peer?.visible ?? "the other station"
        switch (cause, mode) {
        case (.doNotDisturb, _):
            text = "\(other) did not ring: it has do not disturb on, or quiet hours"
        case (.denied, .call) where priority == .emergency:
            text =
                "\(other) takes no emergency call from here (its [policy] has call = never, or"
                + " emergency = deny)"
        case (.denied, .call):
            text = "\(other) does not take calls from here (its [policy] has call = never)"
        case (.denied, _):
            let setting = mode == .dropIn ? "drop-in" : "monitor"
            text =
                "\(other) does not allow it: its [policy] needs \(setting) = allow, and a speaker"
                + " or a lamp there must tell of it"
        case (.stopped, _):
            text =
                "the call is over: \(other) has ended its sessions: it was stopped, or has removed"
                + " this station"
        default: text = "the call is over: \(cause.words)"
        }
    }

    /// Describes a request that the peer has answered, or that the station has given up.
    init(_ result: Event) {
        code = result.cause ?? (result.status == .done ? "done" : "unknown")
        text = result.detail ?? ""
        exit = result.status == .done ? .ok : .failed
    }
}

extension Status {
    /// The microphone's part in the call, in words.
    fileprivate var microphoneWords: String {
        guard !state.isMicrophoneMuted else { return "the microphone is muted" }
        return audio.input.state == .open ? "the microphone is open" : "and there is no microphone"
    }
}
