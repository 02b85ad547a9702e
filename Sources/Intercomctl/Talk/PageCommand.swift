internal import Audio
internal import Files
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
        throw Failure.usage("--seconds: a page lasts \(PageLimit.seconds) seconds at most")
    }
    let signals = try attempt { () throws(SystemError) in try TerminalSignals() }
    var lifeline = Lifeline(at: Clock.now())
    // The page ends when this connection closes.
    var daemon = try Daemon(invocation)
    let done = try daemon.order(.page(target, isDown: true, priority))
    if !invocation.isJSON { try printLine(done.text.visible) }
    let begin = Clock.now()
    while Clock.now() < begin + .seconds(seconds) {
        if signals.isEnd() || lifeline.poll(at: Clock.now()) { break }
        guard let reply = try daemon.answer(until: Clock.now() + .milliseconds(20)) else {
            continue
        }
        return try ended(reply, after: Clock.now() - begin, invocation)
    }
    // On a second connection: the first one waits for the report.
    var other = try Daemon(invocation)
    _ = try? other.ask(.page(target, isDown: false, priority))
    guard let reply = try daemon.answer(until: Clock.now() + wordsMax) else {
        throw Failure("the daemon did not report what was heard of the page")
    }
    return try ended(reply, after: nil, invocation)
}

/// The last reports arrive 1.3 s after the page.
private let wordsMax = Duration.seconds(5)

/// Prints how much of the page each listener heard.
///
/// `time` is set if the station ended the page: after a minute, or without microphone or target.
private func ended(
    _ reply: Reply, after time: Duration?, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    let isTimeUp = time.map { $0 >= .seconds(PageLimit.seconds - 1) } ?? true
    guard case .done(let done) = reply else { throw Failure.misfit }
    var lines = time == nil ? [] : [done.text.visible]
    if done.outcome != "replaced" { lines.append("heard: \(done.heard.sentence.visible)") }
    try printResult(done.json, lines.joined(separator: "\n"), invocation)
    return isTimeUp && done.heard.isHeard ? .ok : .failed
}

/// `announce TARGET --file x.wav`: reads a file and lets the station send it.
///
/// This program reads the file with the caller's permissions; the daemon only receives samples.
func announce(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    if let file = invocation.arguments.dropFirst().first {
        throw Failure.usage(
            "a file is given as an option: announce \(invocation.arguments[0].visible)"
                + " --file \(file.visible)")
    }
    guard let path = invocation.file else {
        throw Failure.usage("announce needs --file FILE.wav")
    }
    let sound = try samples(path, seconds: 60)
    let target = invocation.arguments[0]
    // The reply comes after the daemon has played the audio that waits in the socket.
    var daemon = try Daemon(invocation, patience: .seconds(15))
    let request = Request.announce(
        target: target, priority: invocation.priority, samples: sound.count)
    guard case .announce(let begun) = try daemon.ask(request) else { throw Failure.misfit }
    if !invocation.isJSON {
        let listeners =
            begun.listeners.isEmpty
            ? "nobody hears it" : begun.listeners.joined(separator: ", ").visible
        let length = decimal(Double(sound.count) / Double(PCM.sampleRate), unit: " s")
        try printLine("announcing \(length) to \(begun.target.visible): \(listeners)")
    }
    for start in stride(from: 0, to: sound.count, by: 8_192) {
        try daemon.send(bytes(sound[start..<min(start + 8_192, sound.count)]))
    }
    guard case .announce(let over) = try daemon.answerLate() else { throw Failure.misfit }
    try printResult(over.json, "heard: \(over.heard.sentence.visible)", invocation)
    return over.heard.isHeard ? .ok : .failed
}

/// Reads samples at 48 kHz from a file, a pipe or standard input.
func samples(_ path: String, seconds: Int) throws(Failure) -> [Int16] {
    do throws(SoundFile.Complaint) {
        return try SoundFile.samples(waitingFor: path, seconds: seconds)
    } catch {
        if case .unread(let error) = error { throw error.failure }
        let name = path == "-" ? "standard input" : path.visible
        throw Failure("\(name) \(error.text)")
    }
}

/// Returns the two bytes of each sample.
private func bytes(_ samples: ArraySlice<Int16>) -> [UInt8] {
    var bytes: [UInt8] = []
    for sample in samples { append(sample, to: &bytes) }
    return bytes
}

/// Adds a sample, its low byte first.
func append(_ sample: Int16, to bytes: inout [UInt8]) {
    let bits = UInt16(bitPattern: sample)
    bytes.append(UInt8(truncatingIfNeeded: bits))
    bytes.append(UInt8(bits >> 8))
}
