internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Report
internal import Time

/// `test speaker`: plays a rising tone three times; only the person can tell whether it is heard.
func testSpeaker(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    if var trials = DaemonTrials(invocation), trials.hasSpeaker {
        return try trials.speaker(invocation).print(invocation)
    }
    let audio = try readConfigOrDefaults(invocation).audio
    var pcm = try openCard(.playback, audio, invocation)
    let sound = risingTones()
    var trial = try SoundTrial(samples: sound.count)
    try printProgress("playing a rising tone three times on \(pcm.device.visible)", invocation)
    let isPlayed = try trial.play(sound, on: &pcm)
    return try TrialReport(
        test: "speaker", device: pcm.device, verdict: isPlayed ? .done : .failed,
        text: isPlayed ? "played; \(ifUnheard)" : stuck(pcm.device)
    ).print(invocation)
}

/// The advice after a sound that only the person can have heard.
let ifUnheard =
    "if you heard nothing: check volume (alsamixer) and cable, or try another output"
    + " (intercomctl audio list)"

/// `test mic`: prints three seconds of levels, and a verdict.
func testMicrophone(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    if var trials = DaemonTrials(invocation), trials.hasMicrophone {
        return try trials.microphone(invocation).print(invocation)
    }
    let audio = try readConfigOrDefaults(invocation).audio
    var pcm = try openCard(.capture, audio, invocation)
    let isJSON = invocation.isJSON
    var survey = LevelSurvey()
    var blocks = 0
    var loudest = LevelMeter.floor
    var trial = try SoundTrial(blocks: 300)
    try printProgress("listening on \(pcm.device.visible) for 3 s: speak", invocation)
    let isWhole = try trial.listen(300, on: &pcm) { (block) throws(Failure) in
        blocks += 1
        loudest = max(loudest, survey.add(block))
        guard blocks % 50 == 0 else { return }
        if !isJSON { try printLine(bar(Double(blocks) / 100, loudest)) }
        loudest = LevelMeter.floor
    }
    guard isWhole else {
        return try TrialReport(
            test: "mic", device: pcm.device, verdict: .failed, text: stuck(pcm.device)
        ).print(invocation)
    }
    return try microphoneReport(
        survey.verdict, device: pcm.device, level: survey.level,
        noiseFloor: survey.noiseFloor, clips: survey.clips
    ).print(invocation)
}

/// Reads the settings; returns the defaults if there is no configuration yet.
func readConfigOrDefaults(_ invocation: borrowing Invocation) throws(Failure) -> Config {
    let folder = ConfigFolder(invocation.configFolder)
    return folder.isEmpty
        ? .unconfigured(name: "station", paths: folder.paths) : try readConfig(folder)
}

private func openCard(
    _ direction: PCMError.Direction, _ audio: Config.Audio, _ invocation: borrowing Invocation
) throws(Failure) -> PCMDevice {
    let isInput = direction == .capture
    guard let name = (isInput ? audio.input : audio.output).pcm else {
        throw Failure(
            isInput
                ? "[audio] input = none: there is no microphone to test"
                : "[audio] output = none: there is no loudspeaker to test")
    }
    do throws(PCMError) {
        return try PCMDevice(direction, name: name, wanted: SoundTrial.wanted(audio))
    } catch { throw failure(error, invocation) }
}

/// A busy card is most often held by the daemon.
private func failure(_ error: PCMError, _ invocation: borrowing Invocation) -> Failure {
    guard error.reason == .busy, isRunning(invocation) else {
        return Failure(error.description.visible)
    }
    return Failure(
        "\(error.device.visible): intercomd has it; sudo systemctl stop intercomd, test again,"
            + " then start it again")
}

/// The complaint about a card that opens, but hangs.
func stuck(_ device: String) -> String {
    "\(device) opened, but moves no sound: \(Standstill.fix)"
}

/// Returns the tones of `test speaker`: 600, 800 and 1000 Hz, three times.
func risingTones() -> [Int16] {
    var sound: [Int16] = []
    var frame = Block(repeating: 0)
    for _ in 0..<3 {
        var tone = Tone(
            Tone.Note(frequency: 600, duration: .milliseconds(150)),
            Tone.Note(frequency: 800, duration: .milliseconds(150)),
            Tone.Note(frequency: 1_000, duration: .milliseconds(300)),
            Tone.Note(frequency: 0, duration: .milliseconds(300)), decibels: -12)
        while tone.next(into: &frame) { for index in frame.indices { sound.append(frame[index]) } }
    }
    return sound
}

/// ` 0.5 s  -21 dBFS  ###################`, readable also at a dumb terminal.
private func bar(_ seconds: Double, _ level: Double) -> String {
    let number = whole(level)
    let marks = String(repeating: "#", count: max(0, Int((level + 60) / 2)))
    let head = "\(decimal(seconds)) s \(padding(4 - number.utf8.count))\(number) dBFS"
    return marks.isEmpty ? head : "\(head)  \(marks)"
}

/// The report of `test mic`, with advice.
func microphoneReport(
    _ verdict: LevelSurvey.Verdict, device: String, level: Double, noiseFloor: Double, clips: Int
) -> TrialReport {
    let levels = "\(whole(level)) dBFS, noise floor \(whole(noiseFloor)) dBFS"
    let text =
        switch verdict {
        case .silent:
            "silent (\(levels)): muted, unplugged, or not the microphone you mean (alsamixer, F4)"
        case .quiet: "quiet: \(levels); if you did speak, raise the gain (alsamixer, F4)"
        case .normal: "normal: \(levels)"
        case .loud: "loud: \(levels); lower the gain a little (alsamixer, F4)"
        case .clipping:
            "clipping \(plural(clips, "time")): \(levels); lower the gain (alsamixer, F4)"
        }
    let isBad = verdict == .silent || verdict == .clipping
    return TrialReport(
        test: "mic", device: device, verdict: isBad ? .failed : .ok, text: text,
        word: verdict.rawValue,
        numbers: [
            ("level_dbfs", level), ("noise_floor_dbfs", noiseFloor), ("clips", Double(clips)),
        ])
}
