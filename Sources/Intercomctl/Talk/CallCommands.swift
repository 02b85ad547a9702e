internal import Control
internal import HAL
internal import Time
internal import Wire

/// `call PEER|CHANNEL`: it rings there.
func callTarget(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.call(invocation.arguments[0], .call, invocation.priority), invocation)
}

/// `drop-in PEER`: be heard and hear at once, where the peer allows it.
func dropIn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.call(invocation.arguments[0], .dropIn, .normal), invocation)
}

/// `listen PEER`: hear its room, where the peer allows it.
func listenIn(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try beginCall(.call(invocation.arguments[0], .listen, .normal), invocation)
}

func answerCall(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.calls(.answer), invocation)
}

func rejectCall(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.calls(.reject), invocation)
}

func hangUp(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try ask(.calls(.hangUp), invocation)
}

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
    if !invocation.isJSON { try printLine(visible(done.text)) }
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
        throw Failure(.failed, "the daemon does not say what was heard of the page")
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
        throw misfit()
    }
    if invocation.isJSON {
        try printLine(done.json)
    } else {
        if time != nil { try printLine(visible(done.text)) }
        if done.outcome != "replaced" {
            try printLine("heard: \(visible(done.heard.sentence))")
        }
    }
    return isTimeUp && done.heard.isHeard ? .ok : .failed
}

/// The station ends a page then by itself.
private let pageMax = 60

/// `reply down|up`: talks to whoever was heard last.
func reply(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try press("reply", isDown: try invocation.isDown(), invocation)
}

/// `show peer NAME`: how it is protected, what it may do here, what it was refused.
func showPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    let request = Request.calls(.show(peer: invocation.arguments[0]))
    guard case .peer(let detail) = try daemon.ask(request) else { throw misfit() }
    if invocation.isJSON {
        try printLine(detail.json)
    } else {
        try printText(screen(of: detail))
    }
    return .ok
}

private func screen(of detail: PeerDetail) -> String {
    let peer = detail.peer
    let name = visible(peer.name)
    var text = "\(name): \(peer.state.rawValue)"
    if let endpoint = peer.endpoint { text += " at \(visible(endpoint))" }
    let cipher = peer.suite == 2 ? "ChaCha20-Poly1305" : "AES-256-GCM"
    text += "\nsealed: suite \(peer.suite) (\(cipher)), X25519 and ML-KEM-768\n"
    text +=
        peer.hasPSK
        ? "psk: yes, so not even a quantum computer can pose as it\n"
        : "psk: none, so no post-quantum authentication\n"
    text += "key: \(visible(peer.fingerprint)), "
    text +=
        peer.isVerified
        ? "verified: its 24 digits were compared\n"
        : "NOT VERIFIED: sudo intercomctl peer verify \(name) DIGITS\n"
    let policy = detail.policy
    let rights = [
        ("announce", policy.announce), ("drop-in", policy.dropIn), ("monitor", policy.monitor),
        ("emergency", policy.emergency), ("relay", policy.relay), ("signal", policy.signal),
    ]
    text += "its calls: \(visible(policy.call))\n"
    for (word, isAllowed) in [("allowed", true), ("denied", false)] {
        let some = rights.filter { $0.1 == isAllowed }.map { $0.0 }
        text += "\(word): \(some.isEmpty ? "nothing" : some.joined(separator: ", "))\n"
    }
    text +=
        detail.opensMicrophone
        ? "it MAY OPEN THE MICROPHONE HERE\n" : "it cannot open the microphone here\n"
    for counter in detail.refused {
        text += "refused: \(visible(counter.name)), \(plural(counter.value, "time"))\n"
    }
    return text
}
