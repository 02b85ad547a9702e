internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Peering
internal import Report

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

    func report(to found: inout Diagnosis) {
        if case .opened(let granted) = input.state {
            reportSound("\(input.name)  \(description(of: granted))", to: &found)
        } else {
            report(input, to: &found)
        }
        report(output, to: &found)
        for control in muted { report(control, to: &found) }
        reportName(input, to: &found)
        reportName(output, to: &found)
    }

    /// Tells how the microphone sounds; `opened` names its card.
    private func reportSound(_ opened: String, to found: inout Diagnosis) {
        guard let survey else {
            return found.add(
                .fail, of: "input", "\(opened), but no sound comes from it", fix: Standstill.fix)
        }
        // Even a silent room has the noise of the converter; a muted microphone has none.
        guard survey.level > LevelMeter.floor else {
            return found.add(
                .warn, of: "input", "\(opened), digital silence: muted, or no microphone",
                fix: "alsamixer, F4: unmute and raise the capture channel")
        }
        let levels =
            "noise floor \(whole(survey.noiseFloor)) dBFS, level \(whole(survey.level)) dBFS"
        found.add(.ok, of: "input", "\(opened), \(levels)", fix: "intercomctl test mic")
    }

    private func report(_ muted: CardControl, to found: inout Diagnosis) {
        let side = muted.direction == .capture ? input : output
        let how = muted.isMuted == true ? "muted" : "at 0 %"
        let reason = muted.direction == .capture ? HeardBy.Reason.microphoneCardMuted : .cardMuted
        found.add(
            .warn, of: side.word, "control \(muted.name.visible) of \(side.name) is \(how)",
            fix: reason.fix)
    }

    /// Tells how one direction is, as far as opening it shows that.
    private func report(_ side: Side, to found: inout Diagnosis) {
        let test = "intercomctl test \(side.direction == .capture ? "mic" : "speaker")"
        let list = "plug it in, or set \(side.word) in [audio] (intercomctl audio list)"
        switch side.state {
        case .unused: found.add(.ok, of: side.word, "none, as configured")
        case .opened(let granted):
            found.add(
                .ok, of: side.word, "\(side.name)  \(description(of: granted)), sound not tested",
                fix: test)
        case .untouched where isRunning:
            found.add(.ok, of: side.word, "\(side.name): left to intercomd, which runs", fix: test)
        case .untouched:
            found.add(
                .warn, of: side.word, "\(side.name): not opened, for intercomd may have it",
                fix: "sudo intercomctl doctor")
        case .failed(let error) where error.reason == .notPermitted && error.isKernels:
            found.add(
                .fail, of: side.word, "\(side.name): this user may not open it",
                fix: "sudo usermod -aG audio $USER, or sudo intercomctl doctor")
        case .failed(let error):
            found.add(.fail, of: side.word, "\(side.name): \(error.text)", fix: error.fix ?? list)
        }
    }

    private func description(of granted: PCMParameters) -> String {
        "\(granted.rate)/\(granted.channels == 1 ? "mono" : "stereo")"
            + " \(granted.periodSamples)/\(granted.bufferSamples)"
    }
}

extension AudioFacts {
    /// Warns of a name that may mean another card after a restart.
    private func reportName(_ side: Side, to found: inout Diagnosis) {
        if Self.isNumbered(side.name) {
            return found.add(
                .warn, of: side.word, "\(side.name) names a card by its number, which changes",
                fix: "\(side.word) = card:ID in [audio] (intercomctl audio list)")
        }
        let twins = cards.filter { $0.value.description == side.name }
        if twins.count > 1 {
            let values = twins.map { CardTrial.value(of: $0, among: cards).description }
            return found.add(
                .warn, of: side.word, "\(side.name) fits \(twins.count) cards that are alike",
                fix: "\(side.word) = \(values.joined(separator: " or ")) in [audio]")
        }
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
}

extension AudioFacts {
    /// Opens both directions, unless the daemon may have them, and listens for a second.
    init?(_ situation: Situation) {
        guard let audio = situation.config?.audio else { return nil }
        self.init(input: Side(.capture, audio.input), output: Side(.playback, audio.output))
        cards = PCMCard.all
        isRunning = situation.status != nil
        guard situation.mayOpen else { return }
        open(audio)
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

    /// Opens both at once, as the daemon has them, the speaker silently.
    private mutating func open(_ audio: Config.Audio) {
        let wanted = PCMParameters.Wanted(
            periodSamples: audio.periodSamples, periods: audio.periods)
        if let name = audio.input.pcm {
            do throws(PCMError) {
                var pcm = try PCMDevice(.capture, name: name, wanted: wanted)
                input.name = pcm.device
                try pcm.start()
                input.state = .opened(pcm.granted)
                openOutput(audio.output, wanted)
                survey = Self.survey(&pcm)
                return
            } catch { input.state = .failed(error) }
        }
        openOutput(audio.output, wanted)
    }

    private mutating func openOutput(_ device: DeviceName, _ wanted: PCMParameters.Wanted) {
        guard let name = device.pcm else { return }
        do throws(PCMError) {
            let pcm = try PCMDevice(.playback, name: name, wanted: wanted)
            output.name = pcm.device
            output.state = .opened(pcm.granted)
        } catch { output.state = .failed(error) }
    }

    /// Hears the microphone for a second; nil when it gives nothing.
    private static func survey(_ pcm: inout PCMDevice) -> LevelSurvey? {
        var survey: LevelSurvey?
        // A card that hangs is found by then.
        guard var trial = try? SoundTrial(blocks: 100, patience: .milliseconds(400)),
            (try? trial.listen(
                100, on: &pcm,
                { (block) throws(Failure) in
                    var heard = survey ?? LevelSurvey()
                    heard.add(block)
                    survey = heard
                })) != nil
        else { return nil }
        return survey
    }
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

    func report(to found: inout Diagnosis) {
        guard let directory = directory?.visible else { return }
        let count = SpokenWord.allCases.count
        switch missing.count {
        case 0: found.add(.ok, of: "words", "what pairing says is in \(directory)")
        case count:
            found.add(
                .ok, of: "words",
                "the talk button pairs with beeps: there are no words in \(directory)",
                fix: "the package intercomd-voices has them, and tools/voices makes them")
        case let some:
            found.add(
                .warn, of: "words",
                "\(some) of \(count) words of pairing are missing in \(directory): beeps are heard"
                    + " in their place",
                fix: "install the package intercomd-voices, or run tools/voices")
        }
    }
}

extension VoiceFacts {
    init(_ situation: Situation) {
        self.init()
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
}
