internal import Audio
internal import Config
internal import Control
internal import HAL

/// Both directions of sound: whether they open, and the microphone's level.
struct AudioFacts {
    /// The state of one direction.
    enum State {
        /// `input = none`.
        case unused
        /// The daemon has it, or tries to.
        case daemon(Status.Device)
        case opened(PCMParameters)
        case failed(PCMError)
        /// The daemon may have it.
        case untouched
    }

    struct Side {
        let direction: PCMError.Direction
        /// As in the configuration; for `auto`, with the card that was found.
        var name: String
        var state: State

        var word: String { direction == .capture ? "input" : "output" }
    }

    var input: Side
    var output: Side
    /// A second of the microphone; nil if it delivered nothing.
    var survey: LevelSurvey?
    /// The cards present.
    var cards: [PCMCard] = []
    /// The microphone's mixer control, if it is muted or at zero.
    var muted: CardControl?
    /// Speech above noise in dB, measured by the daemon; nil before anybody spoke.
    var signalToNoise: Double?
    /// The daemon's status of both; nil without a daemon.
    var running: Status.Audio?

    /// Above it, speech of a person a metre away drowns.
    private static let loudFloor = -35.0
    private static let signalToNoiseMin = 40.0

    init(input: Side, output: Side) {
        self.input = input
        self.output = output
    }

    var checks: [Check] {
        inputChecks + mutedChecks + noiseChecks + outputChecks + nameChecks(input)
            + nameChecks(output) + clockChecks
    }

    private var inputChecks: [Check] {
        guard case .opened(let granted) = input.state else { return [check(input)] }
        let opened = "\(input.name)  \(description(of: granted))"
        guard let survey else {
            return [
                .fail(
                    .audio, of: "input", "\(opened), but no sound comes from it",
                    fix: Standstill.remedy)
            ]
        }
        // Even a silent room has the noise of the converter; a muted microphone has none.
        if survey.level <= LevelMeter.floor {
            return [
                .warn(
                    .audio, of: "input", "\(opened), digital silence: muted, or no microphone",
                    fix: "alsamixer, F4: unmute and raise the capture channel")
            ]
        }
        let levels =
            "noise floor \(whole(survey.noiseFloor)) dBFS, level \(whole(survey.level)) dBFS"
        var checks = [Check.ok(.audio, of: "input", "\(opened), \(levels)")]
        if survey.verdict == .clipping {
            checks.append(
                .warn(
                    .audio, of: "input", "clipping \(survey.clips) times in 1 s",
                    fix: "alsamixer, F4: lower the capture channel"))
        } else if survey.noiseFloor > Self.loudFloor {
            checks.append(
                .warn(
                    .audio, of: "input", "it is never quiet: noise, hum, or too much gain",
                    fix: "alsamixer, F4: lower the capture channel"))
        }
        return checks
    }

    private var mutedChecks: [Check] {
        guard let muted else { return [] }
        let what = muted.isMuted == true ? "muted" : "turned down to nothing"
        return [
            .warn(
                .audio, of: "input", "control \(muted.name.visible) of \(input.name) is \(what)",
                fix: HeardBy.Reason.microphoneCardMuted.remedy)
        ]
    }

    /// Speech above noise, once the daemon has measured it.
    private var noiseChecks: [Check] {
        guard let signalToNoise else { return [] }
        let text = "speech \(Int(signalToNoise)) dB above the noise"
        guard signalToNoise < Self.signalToNoiseMin else {
            return [.ok(.audio, of: "input", text)]
        }
        return [
            .warn(
                .audio, of: "input", "\(text) (40 is good)",
                fix: "speak closer to it, or take it away from fans, cables and power supplies")
        ]
    }

    private var outputChecks: [Check] {
        guard case .opened(let granted) = output.state else { return [check(output)] }
        return [
            .ok(
                .audio, of: "output",
                "\(output.name)  \(description(of: granted)), sound not tested",
                advice: "intercomctl test speaker")
        ]
    }

    /// What holds for both directions alike.
    private func check(_ side: Side) -> Check {
        switch side.state {
        case .unused: return .ok(.audio, of: side.word, "none, as configured")
        case .untouched:
            return .warn(
                .audio, of: side.word, "\(side.name): not opened, for intercomd may have it",
                fix: "sudo intercomctl doctor audio")
        case .opened(let granted):
            return .ok(.audio, of: side.word, "\(side.name)  \(description(of: granted))")
        case .failed(let error): return failure(side, error)
        case .daemon(let device): return check(side, device)
        }
    }

    private func check(_ side: Side, _ device: Status.Device) -> Check {
        switch device.state {
        case .none: return .ok(.audio, of: side.word, "none, as configured")
        case .open:
            if let error = device.error { return fault(side, error) }
            let name = device.name.isEmpty ? side.name : device.name
            var text = "\(name)  in use by intercomd"
            if let rate = device.rate { text += ", \(rate) Hz" }
            let test = side.direction == .capture ? "mic" : "speaker"
            return .ok(.audio, of: side.word, text, advice: "intercomctl test \(test)")
        case .absent: return absence(side)
        case .busy: return business(side)
        case .failed: return fault(side, device.error ?? "not open yet")
        }
    }

    /// A failed check with the complaint of the daemon or the card.
    private func fault(_ side: Side, _ error: String) -> Check {
        let complaint = Complaint(error)
        let head = "audio \(side.word) "
        let text =
            complaint.text.hasPrefix(head)
            ? String(complaint.text.dropFirst(head.count)) : complaint.text
        return .fail(.audio, of: side.word, text, fix: complaint.fix ?? Self.list(side))
    }

    private func failure(_ side: Side, _ error: PCMError) -> Check {
        switch error.reason {
        case .absent, .unplugged: return absence(side)
        case .busy: return business(side)
        case .notPermitted:
            return .fail(
                .audio, of: side.word, "\(side.name): this user may not open it",
                fix: "sudo adduser $USER audio, or sudo intercomctl doctor")
        case .refused, .oneWay, .rate, .format, .channels, .failed:
            return fault(side, error.description)
        }
    }

    private func absence(_ side: Side) -> Check {
        .fail(.audio, of: side.word, "\(side.name): no such card now", fix: Self.list(side))
    }

    private func business(_ side: Side) -> Check {
        .fail(
            .audio, of: side.word, "\(side.name): in use by another program",
            fix: "sudo fuser -v /dev/snd/*")
    }

    private static func list(_ side: Side) -> String {
        "plug it in, or set \(side.word) in [audio] (intercomctl audio list)"
    }

    private func description(of granted: PCMParameters) -> String {
        "\(granted.rate)/\(granted.channels == 1 ? "mono" : "stereo")"
            + " \(granted.periodSamples)/\(granted.bufferSamples)"
    }
}

extension AudioFacts {
    /// Names that may mean another card after a restart.
    private func nameChecks(_ side: Side) -> [Check] {
        if Self.isNumbered(side.name) {
            return [
                .warn(
                    .audio, of: side.word, "\(side.name) names a card by its number, which changes",
                    fix: "\(side.word) = card:ID in [audio] (intercomctl audio list)")
            ]
        }
        let twins = cards.filter { $0.value.description == side.name }
        if twins.count > 1 {
            let values = twins.map { CardTrial.value(of: $0, among: cards).description }
            return [
                .warn(
                    .audio, of: side.word, "\(side.name) fits \(twins.count) cards that are alike",
                    fix: "\(side.word) = \(values.joined(separator: " or ")) in [audio]")
            ]
        }
        let fit = cards.filter { side.direction == .capture ? $0.captures : $0.plays }
        guard side.name == "default", fit.count > 1 else { return [] }
        return [
            .ok(
                .audio, of: side.word, "default depends on the order of \(fit.count) cards",
                advice: "\(side.word) = \(fit[0].value) in [audio], if that one is meant")
        ]
    }

    /// `pcm:plughw:1,0`, `pcm:dsnoop:CARD=0` and the like: a number where a card's name should be.
    static func isNumbered(_ name: String) -> Bool {
        let parts = name.utf8.split(
            separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("pcm".utf8) else { return false }
        var card = parts[2]
        if card.starts(with: "CARD=".utf8) { card = card.dropFirst(5) }
        let digits = card.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let next = card.dropFirst(digits.count).first
        return !digits.isEmpty && (next == nil || next == UInt8(ascii: ","))
    }

    /// Two cards have two clocks, which drift apart.
    private var clockChecks: [Check] {
        if case .unused = input.state { return [] }
        if case .unused = output.state { return [] }
        guard input.name != output.name, input.name != "none", output.name != "none" else {
            return measuredChecks
        }
        if let running, running.isOneClock || running.clockReason != nil { return measuredChecks }
        return [
            .ok(
                .audio, of: "clocks", "\(input.name) and \(output.name) are two cards: two clocks",
                advice: "use one card for both if there are small gaps")
        ]
    }

    /// The clocks as the daemon has measured them.
    private var measuredChecks: [Check] {
        guard let running else { return [] }
        var seen = ""
        for (word, device) in [("input", running.input), ("output", running.output)] {
            guard let drift = device.driftPPM, let error = device.driftErrorPPM else { continue }
            seen += seen.isEmpty ? "" : ", "
            seen += "\(word) \(drift < 0 ? "" : "+")\(drift) ppm (\(error) either way)"
        }
        if let reason = running.clockReason {
            return [
                .ok(
                    .audio, of: "clocks", "two: \(reason)\(seen.isEmpty ? "" : "; ")\(seen)",
                    advice: "use one card for both if there are small gaps, or to cancel echo")
            ] + refusal(reason)
        }
        guard running.isOneClock, !seen.isEmpty else { return [] }
        return [.ok(.audio, of: "clocks", "one; against this machine's clock: \(seen)")]
    }

    /// A warning if echo cancelling is set and two clocks prevent it.
    private func refusal(_ reason: String) -> [Check] {
        guard running?.echo == "refused" else { return [] }
        return [
            .warn(
                .audio, of: "echo", "not cancelled: \(reason.visible)",
                fix: "give input and output in [audio] one card, or echo = off")
        ]
    }
}
