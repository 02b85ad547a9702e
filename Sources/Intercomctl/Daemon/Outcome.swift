internal import Report
internal import Wire

extension Status {
    /// The microphone's part in the call, in words.
    fileprivate var microphoneWords: String {
        guard !state.isMicrophoneMuted else { return "the microphone is muted" }
        return audio.input.state == .open ? "the microphone is open" : "and there is no microphone"
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
    init(unreached peer: String?, _ status: Status) {
        let known =
            status.peers.first { $0.name == peer }?.fault
            ?? status.peers.first { $0.down.reason == "no_network" }?.fault
        let fix = known?.fix ?? HeardBy.Reason.noAnswer.fix
        self.text =
            "the call is over: \(peer?.visible ?? "the other station") is unreachable"
            + (known.map { ": \($0.text.visible)" } ?? "") + "; \(fix.visible)"
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
