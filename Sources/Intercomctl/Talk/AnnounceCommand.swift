internal import Audio
internal import Files
internal import Report
internal import Time

/// `announce TARGET --file x.wav`: reads a file and lets the station send it.
///
/// This program reads the file with the caller's permissions; the daemon only receives samples.
func announce(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    if let file = invocation.arguments.dropFirst().first {
        throw Failure(
            .usage,
            "a file is given as an option: announce \(invocation.arguments[0].visible)"
                + " --file \(file.visible)")
    }
    guard let path = invocation.file else {
        throw Failure(.usage, "announce needs --file FILE.wav")
    }
    let sound = try samples(path)
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
        try daemon.give(bytes(sound[start..<min(start + 8_192, sound.count)]))
    }
    guard case .announce(let over) = try daemon.answerLate() else { throw Failure.misfit }
    if invocation.isJSON {
        try printLine(over.json)
    } else {
        try printLine("heard: \(over.heard.sentence.visible)")
    }
    return over.heard.isHeard ? .ok : .failed
}

/// Its samples, 48 kHz: those of a file, of a pipe, or of standard input.
private func samples(_ path: String) throws(Failure) -> [Int16] {
    do throws(SoundFile.Complaint) {
        return try SoundFile.samples(waitingFor: path, seconds: 60)
    } catch {
        if case .unread(let error) = error { throw Failure(error) }
        let name = path == "-" ? "standard input" : path.visible
        throw Failure(.failed, "\(name) \(error.text)")
    }
}

/// Two bytes of each, the low one first.
private func bytes(_ samples: ArraySlice<Int16>) -> [UInt8] {
    var bytes: [UInt8] = []
    for sample in samples {
        let bits = UInt16(bitPattern: sample)
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(bits >> 8))
    }
    return bytes
}
