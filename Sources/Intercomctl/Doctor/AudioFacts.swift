internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time

/// Both directions of sound: whether they open, and the microphone's level.
struct AudioFacts {
    /// The state of one direction.
    enum State {
        /// `input = none`.
        case unused
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
        /// The daemon's error, where it wants the card and has not opened it.
        var fault: Fault?

        var word: String { direction == .capture ? "input" : "output" }
    }

    var input: Side
    var output: Side
    /// A second of the microphone; nil if it delivered nothing.
    var survey: LevelSurvey?
    /// The cards present.
    var cards: [PCMCard] = []
    /// The mixer controls that are muted or at zero.
    var muted: [CardControl] = []
    /// The daemon has the cards, and its status tells of them.
    var isRunning = false

    /// Above it, speech of a person a metre away drowns.
    private static let loudFloor = -35.0

    init(input: Side, output: Side) {
        self.input = input
        self.output = output
    }

    var checks: [Check] {
        inputChecks + outputChecks + muted.map { check($0) } + nameChecks(input)
            + nameChecks(output) + clockChecks
    }

    private var inputChecks: [Check] {
        guard case .opened(let granted) = input.state else { return [check(input)] }
        let opened = "\(input.name)  \(description(of: granted))"
        guard let survey else {
            return [
                .fail(
                    .audio, of: "input", "\(opened), but no sound comes from it",
                    fix: Standstill.fix)
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

    private func check(_ muted: CardControl) -> Check {
        let side = muted.direction == .capture ? input : output
        let how = muted.isMuted == true ? "muted" : "at 0 %"
        let reason = muted.direction == .capture ? HeardBy.Reason.microphoneCardMuted : .cardMuted
        return .warn(
            .audio, of: side.word, "control \(muted.name.visible) of \(side.name) is \(how)",
            fix: reason.fix)
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
            if let fault = side.fault {
                return .fail(
                    .audio, of: side.word, "\(side.name): \(fault.text)",
                    fix: fault.fix ?? list(side))
            }
            return isRunning
                ? .ok(
                    .audio, of: side.word, "\(side.name): left to intercomd, which runs",
                    advice: "intercomctl test \(side.direction == .capture ? "mic" : "speaker")")
                : .warn(
                    .audio, of: side.word, "\(side.name): not opened, for intercomd may have it",
                    fix: "sudo intercomctl doctor")
        case .opened(let granted):
            return .ok(.audio, of: side.word, "\(side.name)  \(description(of: granted))")
        case .failed(let error): return failure(side, error)
        }
    }

    private func failure(_ side: Side, _ error: PCMError) -> Check {
        if error.reason == .notPermitted, error.isKernels {
            return .fail(
                .audio, of: side.word, "\(side.name): this user may not open it",
                fix: "sudo adduser $USER audio, or sudo intercomctl doctor")
        }
        return .fail(
            .audio, of: side.word, "\(side.name): \(error.text)", fix: error.fix ?? list(side))
    }

    private func list(_ side: Side) -> String {
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
        guard input.name != output.name, !isRunning else { return [] }
        return [
            .ok(
                .audio, of: "clocks", "\(input.name) and \(output.name) are two cards: two clocks",
                advice: "use one card for both if there are small gaps")
        ]
    }
}

extension AudioFacts {
    /// Opens both directions, unless the daemon may have them, and listens for a second.
    init?(_ situation: Situation) {
        guard let audio = situation.config?.audio else { return nil }
        let mayOpen = situation.mayOpen
        let wanted = PCMParameters.Wanted(
            periodSamples: audio.periodSamples, periods: audio.periods)
        var survey: LevelSurvey?
        var input = Side(.capture, audio.input)
        var output = Side(.playback, audio.output)
        Self.listen(&input, audio.input, wanted, mayOpen) { pcm in
            // Both at once, as the daemon has them.
            Self.play(&output, audio.output, wanted, mayOpen)
            survey = Self.survey(&pcm)
        }
        if case .untouched = output.state { Self.play(&output, audio.output, wanted, mayOpen) }
        self.init(input: input, output: output)
        self.survey = survey
        cards = PCMCard.all
        isRunning = situation.status != nil
        if let held = situation.status?.audio {
            self.input.fault = held.input.state == .open ? nil : held.input.fault
            self.output.fault = held.output.state == .open ? nil : held.output.fault
        }
        guard mayOpen else { return }
        muted = [
            Self.muted(.capture, audio.input, audio.mixerInput),
            Self.muted(.playback, audio.output, audio.mixerOutput),
        ].compactMap { $0 }
    }

    /// The control of a card that is off or at zero.
    private static func muted(
        _ direction: PCMError.Direction, _ device: DeviceName, _ mixer: String?
    ) -> CardControl? {
        guard let name = device.pcm else { return nil }
        return CardControl.silencing(CardControl.all(of: name, direction), mixer, direction)
    }

    private static func listen(
        _ side: inout Side, _ device: DeviceName, _ wanted: PCMParameters.Wanted, _ mayOpen: Bool,
        _ use: (inout CapturePCM) -> Void
    ) {
        guard mayOpen, let name = device.pcm else { return }
        do throws(PCMError) {
            var pcm = try CapturePCM(name: name, wanted: wanted)
            side.name = pcm.device
            let granted = pcm.granted
            try pcm.start()
            use(&pcm)
            side.state = .opened(granted)
        } catch { side.state = .failed(error) }
    }

    /// Opens the speaker, silently.
    private static func play(
        _ side: inout Side, _ device: DeviceName, _ wanted: PCMParameters.Wanted, _ mayOpen: Bool
    ) {
        guard mayOpen, let name = device.pcm else { return }
        do throws(PCMError) {
            let pcm = try PlaybackPCM(name: name, wanted: wanted)
            side.name = pcm.device
            side.state = .opened(pcm.granted)
        } catch { side.state = .failed(error) }
    }

    /// Hears the microphone for a second; nil when it gives nothing.
    private static func survey(_ pcm: inout CapturePCM) -> LevelSurvey? {
        // Converters need a moment to settle after they are switched on.
        let (settling, wanted) = (10, 100)
        let deadline = Clock.now() + patience
        guard var pause = try? EventLoop() else { return nil }
        var survey = LevelSurvey()
        var block = [Int16](repeating: 0, count: pcm.granted.bufferSamples)
        var frame = Block(repeating: 0)
        var (filled, frames) = (0, 0)
        while frames < settling + wanted, Clock.now() < deadline {
            var span = block.mutableSpan
            switch pcm.read(into: &span) {
            case .samples(let count):
                for sample in block[..<count] {
                    frame[filled] = sample
                    filled += 1
                    guard filled == PCM.blockMax else { continue }
                    filled = 0
                    frames += 1
                    if frames > settling { survey.add(frame) }
                }
            case .wouldBlock, .xrun, .suspended:
                _ = pause.wait(until: Clock.now() + .milliseconds(5))
            case .gone: return nil
            }
        }
        return frames > settling ? survey : nil
    }

    /// For a second of sound; a card that hangs is found by then.
    private static let patience = Duration.milliseconds(1500)
}

extension AudioFacts.Side {
    /// A direction of the settings that was not opened yet.
    fileprivate init(_ direction: PCMError.Direction, _ device: DeviceName) {
        let name = device.pcm
        self.init(
            direction: direction,
            name: name?.shown(for: direction) ?? device.description,
            state: name == nil ? .unused : .untouched)
    }
}

/// Whether a station that is paired by its button can say digits, or beeps them.
struct VoiceFacts {
    /// The directory of the words; nil where the button does not pair.
    var directory: String?
    var missing: [SpokenWord] = []

    init(directory: String?, missing: [SpokenWord]) {
        self.directory = directory
        self.missing = missing
    }

    init(_ situation: Situation) {
        guard let config = situation.config, config.pairingButton != nil else { return }
        let directory = config.sounds.words
        self.directory = directory
        missing = SpokenWord.allCases.filter { word in
            do throws(SystemError) {
                _ = try OpenFile(reading: "\(directory)/\(word.rawValue).wav")
                return false
            } catch { return true }
        }
    }

    var checks: [Check] {
        guard let directory else { return [] }
        guard !missing.isEmpty else {
            return [.ok(.audio, of: "words", "what pairing says is in \(directory.visible)")]
        }
        let count = SpokenWord.allCases.count
        guard missing.count < count else {
            return [
                .ok(
                    .audio, of: "words",
                    "the talk button pairs with beeps: there are no words in \(directory.visible)",
                    advice: "the package intercomd-voices has them, and tools/voices makes them")
            ]
        }
        return [
            .warn(
                .audio, of: "words",
                "\(missing.count) of \(count) words of pairing are missing in"
                    + " \(directory.visible): beeps are heard in their place",
                fix: "install the package intercomd-voices, or run tools/voices")
        ]
    }
}
