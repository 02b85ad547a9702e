internal import Audio
internal import Crypto
internal import HAL
internal import Report

/// `recording keygen [FILE]`: makes a recording key, or shows the existing key.
func makeRecordingKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let path = invocation.arguments.first ?? "recording.key"
    var isNew = false
    do throws(SystemError) {
        if try FileStore.status(of: path) == nil {
            var text = Secret(count: RecordingKey.fileSize)
            var bytes = text.mutableBytes
            RecordingKey.random().write(into: &bytes)
            try FileStore.make(text.bytes, at: path, mode: 0o600)
            isNew = true
        }
    } catch { throw error.failure }
    let key = try recordingKey(path).publicKey
    if invocation.isJSON {
        var json = JSON.result()
        json.set("key", JSON(key.text))
        json.set("id", JSON(key.id))
        json.set("made", JSON(isNew))
        try printLine(json)
    } else {
        try printText("\(key.text)\n")
        let words = isNew ? "keep a copy of \(path), which alone opens" : "\(path) opens"
        try printLine("key \(key.id): \(words) what is sealed to it".visible, to: .complaint)
    }
    return .ok
}

/// `recording verify FILE`: checks that a recording is whole; without a key, checks only its frame.
func verifyRecording(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let contents = try RecordingContents(invocation.arguments[0], keyFile: invocation.keyFile)
    let keys = contents.header.ids.joined(separator: ", ")
    let words =
        invocation.keyFile != nil
        ? "authentic" : "framed well; only with --key-file can the contents be checked"
    let text = "sealed to: \(keys)\n\(plural(contents.chunkCount, "chunk")) \(words)\n"
    let code = try report(contents, text, invocation, hasFigures: false)
    return code == .ok ? .ok : .failed
}

/// `recording show FILE`: prints the figures of a recording.
func showRecording(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let contents = try openedRecording(invocation)
    for talker in contents.talkers { talker.track.measure() }
    return try report(contents, contents.text, invocation)
}

/// `recording open FILE`: writes a WAV file for each talker, or one for all.
func openRecording(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let contents = try openedRecording(invocation)
    guard contents.end <= WAVFormat.samplesMax else {
        throw Failure("\(contents.path) lasts longer than a WAV file can: 12 hours and 25 minutes")
    }
    let folder = invocation.outputFolder ?? "."
    let files: [(path: String, tracks: [RecordedTrack])] =
        invocation.isMixed
        ? [("\(folder)/mix.wav", contents.talkers.map { $0.track })]
        : contents.talkers.map { ("\(folder)/\(contents.fileName(of: $0)).wav", [$0.track]) }
    do throws(SystemError) {
        try FileStore.makeDirectory(folder, mode: 0o700)
        for file in files {
            try FileStore.make([UInt8]().span, at: file.path, mode: 0o600)
            try write(file.tracks, to: file.path)
        }
    } catch {
        guard error.errno == SystemError.exists else { throw error.failure }
        throw Failure("\(error.finding); name another folder: --out DIR")
    }
    let text = files.map { "\($0.path.visible)\n" }.joined()
    return try report(contents, text, invocation, files: files.map { $0.path })
}

/// Prints the findings of a command, and the faults of the recording.
private func report(
    _ contents: RecordingContents, _ text: String, _ invocation: borrowing Invocation,
    files: [String] = [], hasFigures: Bool = true
) throws(Failure) -> ExitCode {
    if invocation.isJSON {
        var json = contents.json
        if hasFigures { contents.addFigures(to: &json) }
        json.set("contents_checked", JSON(invocation.keyFile != nil))
        json.set("files", JSON.list(files))
        try printLine(json)
    } else {
        try printText(text)
        for fault in contents.faults { try printLine("! \(fault.sentence.visible)") }
    }
    return contents.faults.isEmpty ? .ok : .degraded
}

private func openedRecording(
    _ invocation: borrowing Invocation
) throws(Failure) -> RecordingContents {
    guard let keyFile = invocation.keyFile else {
        throw Failure.usage("name the secret half of a recording key: --key-file FILE")
    }
    return try RecordingContents(invocation.arguments[0], keyFile: keyFile)
}

/// Writes the sound of some talkers, from the start of the recording to their last sound.
private func write(_ tracks: [RecordedTrack], to path: String) throws(SystemError) {
    var file = try AppendFile(path, mode: 0o600)
    var left = tracks.map { $0.end }.max() ?? 0
    var bytes = WAVFormat.header(samples: left)
    var mixer = Mixer()
    var block = Block(repeating: 0)
    do throws(SystemError) {
        repeat {
            for track in tracks {
                var samples = block.mutableSpan
                track.render(into: &samples)
                mixer.add(block.span)
            }
            var mix = block.mutableSpan
            mixer.render(into: &mix)
            for place in 0..<min(left, PCM.blockMax) { append(block[place], to: &bytes) }
            left = max(0, left - PCM.blockMax)
            guard left == 0 || bytes.count >= 65_536 else { continue }
            try file.append(bytes)
            bytes.removeAll(keepingCapacity: true)
        } while left > 0
        try file.sync()
    } catch {
        try? FileStore.remove(path)
        throw error
    }
}

extension RecordingContents.Talker {
    fileprivate var seconds: Double { Double(track.talked) / Double(PCM.sampleRate) }
    /// Bits of Opus per second of sound.
    fileprivate var bitrate: Double { seconds > 0 ? Double(track.payload * 8) / seconds : 0 }
    /// Whether speech is far enough above the noise; nil if that cannot be measured.
    fileprivate var isClear: Bool? { track.signalToNoise.map { $0 >= SignalToNoise.good } }
}

extension RecordingContents {
    private var seconds: Double { Double(end) / Double(PCM.sampleRate) }
    private var payload: Int { talkers.reduce(0) { $0 + $1.track.payload } }
    /// The size of the talk as 16-bit samples, relative to the size of the file.
    private var compression: Double {
        Double(talkers.reduce(0) { $0 + 2 * $1.track.talked }) / Double(size)
    }

    /// Returns the talker's name if it is a safe and unique file name, or else `talker-N`.
    ///
    /// A recorder may write any name.
    fileprivate func fileName(of talker: Talker) -> String {
        let isFit = talker.name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
        }
        let isOne = talkers.allSatisfy { $0.source == talker.source || $0.name != talker.name }
        let isShort = (1...31).contains(talker.name.utf8.count)
        let isOwn = !talker.name.hasPrefix("talker-")
        return isFit && isOne && isShort && isOwn ? talker.name : "talker-\(talker.source)"
    }

    fileprivate var text: String {
        let start = Int(clamping: header.startMilliseconds)
        var text = Table()
        text.add(["began", start == 0 ? "unknown: no clock" : localTime(milliseconds: start)])
        text.add(["lasts", age(seconds: seconds)])
        text.add([
            "size", "\(size) bytes in \(plural(chunkCount, "chunk")), \(payload) of them Opus",
        ])
        text.add(["16-bit PCM", "\(decimal(compression)) times as large"])
        var table = Table(["TALKER", "TALKED", "PACKETS", "KBIT/S", "PEAK", "LEVEL", "SNR"])
        for talker in talkers {
            let track = talker.track
            let verdict = talker.isClear.map { $0 ? ", good" : ", noisy (40 is good)" } ?? ""
            table.add([
                talker.name, age(seconds: talker.seconds), "\(track.packetCount)",
                decimal(talker.bitrate / 1_000), decimal(track.peakDBFS, unit: " dBFS"),
                decimal(track.levelDBFS, unit: " dBFS"),
                whole(track.signalToNoise, unit: " dB") + verdict,
            ])
        }
        return text.text + table.text
    }

    fileprivate var json: JSON {
        var json = JSON.result()
        json.set("bytes", JSON(size))
        json.set("start_ms", JSON(Int(clamping: header.startMilliseconds)))
        json.set("chunks", JSON(chunkCount))
        json.set("keys", JSON.list(header.ids))
        json.set("faults", JSON.list(faults) { $0.json })
        return json
    }

    /// Adds the figures, which are known once all packets are decoded.
    fileprivate func addFigures(to json: inout JSON) {
        json.set("seconds", JSON(seconds))
        json.set("opus_bytes", JSON(payload))
        json.set("compression", JSON(compression))
        let talkers = JSON.list(talkers) { talker in
            var one = JSON.object()
            one.set("source", JSON(Int(talker.source)))
            one.set("name", JSON(talker.name))
            one.set("seconds", JSON(talker.seconds))
            one.set("packets", JSON(talker.track.packetCount))
            one.set("undecoded", JSON(talker.track.undecoded))
            one.set("bitrate", JSON(talker.bitrate))
            one.set("peak_dbfs", JSON(talker.track.peakDBFS))
            one.set("level_dbfs", JSON(talker.track.levelDBFS))
            one.set("snr_db", talker.track.signalToNoise.map { JSON($0) } ?? .null())
            one.set("snr_good", talker.isClear.map { JSON($0) } ?? .null())
            return one
        }
        json.set("talkers", talkers)
    }
}
