internal import Audio
internal import HAL
internal import Report
internal import Time

/// `levels`: prints sound levels twice a second, until Ctrl-C or for `--seconds`.
func showLevels(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var daemon = try Daemon(invocation)
    guard case .levels = try daemon.ask(.levels) else { throw Failure.misfit }
    let end = invocation.seconds.map { Clock.now() + .seconds($0) }
    var count = 0
    while let line = try daemon.nextLine(until: end) {
        guard let levels = Levels(parsing: line.span) else { throw Failure.misfit }
        if invocation.isJSON {
            try printText(String(decoding: line, as: UTF8.self).escaped + "\n")
        } else if count % 10 == 0 {
            try printText(sentence(of: levels) + "\n")
        }
        count += 1
    }
    return .ok
}

/// Formats one reading as a line; `-` stands for a microphone or speaker without a reading.
func sentence(of levels: Levels) -> String {
    func part(_ name: String, _ rms: Double?, _ peak: Double?) -> String {
        guard let rms else { return "  \(name) -" }
        let loudest = peak.map { " peak \(whole($0))" } ?? ""
        return "  \(name) \(whole(rms)) dBFS\(loudest) \(SoundLevel(rms: rms).rawValue)"
    }
    let microphone = levels.microphone.meter
    var text = String(timeOfDay(milliseconds: levels.timeMilliseconds).dropLast(2))
    text += part("microphone", microphone.rmsDBFS, microphone.peakDBFS)
    if microphone.clips > 0 { text += " clipped \(microphone.clips)" }
    if let noise = levels.microphone.snrDB { text += " SNR \(whole(noise))" }
    text += part("speaker", levels.speaker.rmsDBFS, levels.speaker.peakDBFS)
    for talker in levels.talkers {
        text += part(talker.name.visible, talker.rmsDBFS, talker.peakDBFS)
    }
    return text
}
