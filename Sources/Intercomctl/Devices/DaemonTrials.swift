internal import Audio
internal import HAL
internal import Report
internal import Time

/// Tests of a card that the running daemon has open: the daemon plays and records.
struct DaemonTrials: ~Copyable {
    private var daemon: Daemon
    private let status: Status

    /// Nil if no daemon runs.
    init?(_ invocation: borrowing Invocation) {
        guard var daemon = try? Daemon(invocation),
            case .status(let status)? = try? daemon.ask(.status)
        else { return nil }
        self.daemon = daemon
        self.status = status
    }

    var hasSpeaker: Bool { has(status.audio.output) }
    var hasMicrophone: Bool { has(status.audio.input) }

    /// Whether the daemon has the card; it keeps reopening a card that stands still.
    private borrowing func has(_ device: Status.Device) -> Bool {
        device.state == .open || ["stands_still", "suspended"].contains(device.fault?.code)
    }

    /// Plays a rising tone, or reports why it could not be heard.
    mutating func speaker(_ invocation: borrowing Invocation) throws(Failure) -> TrialReport {
        let device = status.audio.output.name
        func report(_ verdict: TrialReport.Verdict, _ text: String) -> TrialReport {
            TrialReport(test: "speaker", device: device, verdict: verdict, text: text)
        }
        if let fault = status.audio.output.fault { return report(.failed, fault.sentence) }
        let volume = status.state.volumes[.speaker]
        if let silence = status.state.speakerSilence {
            return report(
                .failed,
                silence == .speakerMuted
                    ? "the speaker is muted: intercomctl unmute speaker"
                    : "the volume is \(volume): intercomctl volume 100")
        }
        try printProgress("intercomd plays a rising tone on \(device.visible)", invocation)
        _ = try daemon.order(.tone)
        Clock.sleep(Chime.trialLength)
        return report(.done, "played at volume \(volume); \(ifUnheard)")
    }

    /// Judges three seconds of the daemon's meters as `test mic` does.
    mutating func microphone(_ invocation: borrowing Invocation) throws(Failure) -> TrialReport {
        let device = status.audio.input.name
        func failure(_ text: String) -> TrialReport {
            TrialReport(test: "mic", device: device, verdict: .failed, text: text)
        }
        if let fault = status.audio.input.fault { return failure(fault.sentence) }
        guard !status.state.isMicrophoneMuted else {
            return failure("the microphone is muted: intercomctl unmute mic")
        }
        try printProgress(
            "intercomd has \(device.visible): listening for 3 s, speak", invocation)
        guard case .levels = try daemon.ask(.levels) else { throw Failure.misfit }
        var levels: [Double] = []
        var clips: (first: Int, last: Int)?
        let end = Clock.now() + .seconds(3)
        while let line = try daemon.nextLine(until: end) {
            guard let look = Levels(parsing: line.span) else { throw Failure.misfit }
            let meter = look.microphone.meter
            clips = (clips?.first ?? meter.clips, meter.clips)
            if let level = meter.rmsDBFS { levels.append(level) }
        }
        levels.sort()
        guard !levels.isEmpty else { return failure("\(device) moves no sound: \(Standstill.fix)") }
        let level = levels[levels.count * 19 / 20]
        let count = clips.map { $0.last - $0.first } ?? 0
        return microphoneReport(
            LevelSurvey.Verdict(level: level, clips: count), device: device, level: level,
            noiseFloor: levels[levels.count / 10], clips: count)
    }
}
