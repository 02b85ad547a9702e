internal import Audio
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time
internal import Wire

/// `message send TARGET FILE`: sends a WAV file, or standard input, as a message.
///
/// This program encodes the sound, so that the daemon only has to seal it.
func sendMessage(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (peer, path) = (invocation.arguments[0], invocation.arguments[1])
    let sound = try samples(path, seconds: SealedMessage.secondsMax)
    let entries: [UInt8]
    do throws(OpusError) { entries = try packets(of: sound) } catch {
        throw Failure("the Opus encoder cannot start: \(error)")
    }
    var daemon = try Daemon(invocation, patience: .seconds(15))
    _ = try daemon.order(.message(.send(peer: peer, bytes: entries.count)))
    for start in stride(from: 0, to: entries.count, by: 16_384) {
        try daemon.send(Array(entries[start..<min(start + 16_384, entries.count)]))
    }
    return try printEnd(try daemon.answerLate(), invocation)
}

/// Encodes a sound into packets, in the form of a recording.
private func packets(of sound: [Int16]) throws(OpusError) -> [UInt8] {
    var encoder = try OpusEncoder(.voice)
    let frame = encoder.frameSamples
    var entries: [UInt8] = []
    var packet = [UInt8](repeating: 0, count: encoder.frameSize)
    var samples = [Int16](repeating: 0, count: frame)
    for start in stride(from: 0, to: sound.count, by: frame) {
        for place in 0..<frame {
            samples[place] = start + place < sound.count ? sound[start + place] : 0
        }
        var room = packet.mutableSpan
        _ = encoder.encode(samples.span, into: &room)
        let milliseconds = start * 1_000 / PCM.sampleRate
        RecordingEntry.append(
            packet.span, source: 0, at: UInt32(milliseconds), to: &entries)
    }
    return entries
}

/// `message record TARGET`: records a message until Enter, or for `--seconds`.
///
/// At a terminal the station plays the message, and a person sends it, speaks again or drops it;
/// Ctrl-C drops it. With `--yes`, and without a terminal, where a signal is an end, the message is
/// sent at once.
func recordMessage(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let seconds = invocation.seconds ?? SealedMessage.secondsMax
    guard seconds <= SealedMessage.secondsMax else {
        let most = SealedMessage.secondsMax
        throw Failure.usage("--seconds: a message lasts \(most) seconds at most")
    }
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var lifeline = Lifeline(at: Clock.now())
    let isAtTerminal = Keyboard.isThere
    let hearsBack = isAtTerminal && !invocation.isYes && !invocation.isJSON
    while true {
        // The daemon drops the message if this connection closes before its end.
        var daemon = try Daemon(invocation)
        let begun = try daemon.order(
            .message(.record(peer: invocation.arguments[0], hearsBack: hearsBack ? true : nil)))
        guard let id = begun.message else { throw Failure.misfit }
        // An earlier Enter must not send the message.
        _ = Keyboard.typed()
        if !invocation.isJSON {
            let atTerminal = hearsBack ? "Enter ends it" : "Enter sends it"
            let ways =
                isAtTerminal ? "\(atTerminal), Ctrl-C drops it" : "Ctrl-C ends it and sends it"
            try printLine("\(begun.text.visible); \(ways)")
        }
        let early = try wait(
            &daemon, &lifeline, signals, isAtTerminal, until: Clock.now() + .seconds(seconds))?
            .reply
        let reply = if let early { early } else { try outcome(of: .end(id), &daemon, invocation) }
        guard hearsBack, case .done(let heard) = reply else {
            return try printEnd(reply, invocation)
        }
        try printLine(heard.text.visible)
        var answer: String?
        while answer == nil {
            // Nor may an Enter that came before the question.
            _ = Keyboard.typed()
            try printLine("Enter sends it, a and Enter begins again, Ctrl-C drops it")
            // The daemon drops the message before.
            let found = try wait(
                &daemon, &lifeline, signals, isAtTerminal, until: Clock.now() + .seconds(600))
            if let reply = found?.reply { return try printEnd(reply, invocation) }
            if let typed = found?.typed?.lowercased(), typed.isEmpty || typed == "a" {
                answer = typed
            }
        }
        guard answer != "" else {
            return try printEnd(try outcome(of: .agree(id), &daemon, invocation), invocation)
        }
    }
}

/// Waits for a reply, or for what a person types; nil if `end`, or without a terminal a signal,
/// comes before.
private func wait(
    _ daemon: inout Daemon, _ lifeline: inout Lifeline, _ signals: borrowing TerminalSignals,
    _ isAtTerminal: Bool, until end: Instant
) throws(Failure) -> (reply: Reply?, typed: String?)? {
    while Clock.now() < end {
        // First, because a message that is sent cannot be dropped.
        if let reply = try daemon.answer(until: Clock.now() + .milliseconds(20)) {
            return (reply, nil)
        }
        let isEnd = signals.isEnd()
        // After the signals, because a terminal that closes sends one.
        let isCut = lifeline.poll(at: Clock.now())
        if isEnd, !isCut, !isAtTerminal { return nil }
        guard !isCut, !isEnd else { throw Failure("it is dropped") }
        if let typed = Keyboard.typed() { return (nil, typed) }
    }
    return nil
}

/// Ends the message, or sends the one that was heard; returns what became of it.
private func outcome(
    of request: MessageRequest, _ daemon: inout Daemon, _ invocation: borrowing Invocation
) throws(Failure) -> Reply {
    // On a second connection: the first waits for the outcome. A refusal means that the daemon has
    // ended the message itself, and the first connection has the reason.
    var other = try Daemon(invocation)
    _ = try? other.ask(.message(request))
    guard let reply = try daemon.answer(until: Clock.now() + .seconds(15)) else {
        throw Failure("the daemon did not say what became of it")
    }
    return reply
}

/// `message play [N]`: plays one message, or all waiting ones, at the speaker; Ctrl-C stops.
func playMessages(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try play(.message(.play(messageNumber(invocation.arguments.first))), invocation)
}

/// `replay [PEER]`: plays what was heard last at the speaker; Ctrl-C stops.
func playAgain(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try play(.replay(peer: invocation.arguments.first), invocation)
}

private func play(
    _ request: Request, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var lifeline = Lifeline(at: Clock.now())
    var daemon = try Daemon(invocation)
    let begun = try daemon.order(request)
    try printProgress(begun.text.visible, invocation)
    return try awaitPlayed(&daemon, &lifeline, signals, invocation)
}

/// Waits for the end of what plays, which stops when this connection closes.
private func awaitPlayed(
    _ daemon: inout Daemon, _ lifeline: inout Lifeline, _ signals: borrowing TerminalSignals,
    _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    while !lifeline.poll(at: Clock.now()), !signals.isEnd() {
        if let reply = try daemon.answer(until: Clock.now() + .milliseconds(50)) {
            return try printEnd(reply, invocation)
        }
    }
    return .failed
}

/// `test hear`: records some seconds, and plays them as a listener would hear them.
func testHearing(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try hear(.hear(loss: invocation.loss ?? 0, isWire: false), invocation)
}

/// `test wire`: records some seconds, and plays them as they sound to somebody on the network.
func testWire(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try hear(.hear(loss: 0, isWire: true), invocation)
}

private func hear(
    _ request: MessageRequest, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let seconds = invocation.seconds ?? 5
    guard seconds <= 60 else { throw Failure.usage("--seconds: 60 at most") }
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var lifeline = Lifeline(at: Clock.now())
    var daemon = try Daemon(invocation)
    let begun = try daemon.order(.message(request))
    guard let id = begun.message else { throw Failure.misfit }
    _ = Keyboard.typed()
    let ways = Keyboard.isThere ? "Enter ends it, Ctrl-C drops it" : "Ctrl-C ends it"
    try printProgress("\(begun.text.visible), for \(seconds) s; \(ways)", invocation)
    let early = try wait(
        &daemon, &lifeline, signals, Keyboard.isThere, until: Clock.now() + .seconds(seconds))?
        .reply
    let reply = if let early { early } else { try outcome(of: .end(id), &daemon, invocation) }
    guard case .done(let heard) = reply else { throw Failure.misfit }
    try printProgress(heard.text.visible, invocation)
    return try awaitPlayed(&daemon, &lifeline, signals, invocation)
}

/// `message delete N|all`.
func deleteMessages(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let word = invocation.arguments[0]
    return try ask(.message(.delete(word == "all" ? nil : try messageNumber(word))), invocation)
}

private func messageNumber(_ word: String?) throws(Failure) -> Int? {
    guard let word else { return nil }
    guard let number = Int(word), number > 0 else {
        throw Failure.usage("\(word.visible) is no number of intercomctl message list")
    }
    return number
}

private func printEnd(
    _ reply: Reply, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    guard case .done(let done) = reply else { throw Failure.misfit }
    try printResult(done.json, done.text.visibleLines, invocation)
    return .ok
}

/// `message list`.
func listMessages(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .messages(let list) = try daemon.ask(.message(.list)) else { throw Failure.misfit }
    // One line for a message to several peers.
    var lines: [[MessageList.Message]] = []
    for message in list.messages {
        if lines.last?[0].number == message.number {
            lines[lines.count - 1].append(message)
        } else {
            lines.append([message])
        }
    }
    let table = Table(["N", "PEER", "WHEN", "LASTS", "BYTES", "KBIT/S", "STATE"], lines) { line in
        let first = line[0]
        let peer = line.count == 1 ? first.peer : "\(line.count) peers"
        return [
            "\(first.number)", (first.isIncoming ? "from " : "to ") + peer,
            first.start == 0 ? "unknown" : localTime(milliseconds: first.start),
            decimal(first.seconds, unit: " s"), "\(line.reduce(0) { $0 + $1.bytes })",
            decimal(first.bitrate / 1_000), state(of: line),
        ]
    }
    let text = list.messages.isEmpty ? "no messages\n" : table.text
    try printResult(list.json, text, invocation, isFolded: false)
    return .ok
}

/// The state of a message; of one to several peers, the peers in each state.
private func state(of line: [MessageList.Message]) -> String {
    func reason(_ message: MessageList.Message) -> String? { message.reason.map { ": \($0)" } }
    guard line.count > 1 else { return line[0].state + (reason(line[0]) ?? "") }
    var states: [String] = []
    for message in line where !states.contains(message.state) { states.append(message.state) }
    return states.map { state in
        let names = line.filter { $0.state == state }.map { $0.peer + (reason($0) ?? "") }
        return "\(state): \(names.joined(separator: ", "))"
    }.joined(separator: "; ")
}
