internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Time

/// The talk button by which a station without a screen pairs, and the voice that answers.
///
/// `ButtonPairing` decides. This owner reports the button's level, carries out the decisions, and
/// plays the words.
struct PairingButton: ~Copyable {
    private var core = ButtonPairing()
    /// The line that is watched; another line is another button.
    private var line = ""
    private var voice = PairingVoice()
    /// The number of the newest words.
    private var number = 0
    private var hasSpeaker = false

    /// The latest time for the next call of `serve`.
    var deadline: Instant? { core.deadline }

    /// Reads the button, lets time pass, and acts on both.
    ///
    /// - Parameters:
    ///   - key: The button that pairs now; nil while none does.
    ///   - hasSpeaker: Whether words can be heard.
    ///   - own: This station as a pairing sees it; nil where `key` is nil.
    ///   - sounds: The settings of the words.
    ///   - pairings: The pairings that a press begins and ends.
    ///   - rings: The way to the loop that plays the words.
    ///   - now: The time.
    /// - Returns: The news for people.
    mutating func serve(
        _ key: Lines.Key?, hasSpeaker: Bool, _ own: OwnStation?, _ sounds: Config.Sounds,
        _ pairings: inout Pairings, by rings: Rings, at now: Instant
    ) -> [String] {
        if let key {
            // Words that were lost with a speaker never report their end.
            if hasSpeaker, !self.hasSpeaker { core.spoken(at: now) }
            self.hasSpeaker = hasSpeaker
            update(key, at: now)
        } else {
            core.allow(false)
            line = ""
            voice = PairingVoice()
        }
        var told: [String] = []
        while let step = core.nextStep() {
            switch step {
            case .say(let words): say(words, sounds, by: rings)
            case .hush: rings.tell(.say(nil))
            case .close:
                let wasUnderWay = pairings.job != nil
                pairings.cancel()
                if wasUnderWay, pairings.job == nil { told.append("ended without a peer") }
            case .open, .enter:
                guard let key, let own else { continue }
                let asker = Asker(name: "button \(key.button.name)")
                if let text = begin(step, by: asker, own, &pairings, at: now) { told.append(text) }
            }
        }
        return told
    }

    /// Says words, in place of those that are being said.
    mutating func say(_ words: [SpokenWord], _ sounds: Config.Sounds, by rings: Rings) {
        number += 1
        let samples = voice.samples(of: words, sounds)
        rings.tell(.say(Box(Utterance(number: number, samples))))
    }

    /// Notes the end of words; ends of older words are ignored.
    ///
    /// - Returns: Whether they were the newest words.
    mutating func spoken(_ number: Int, at now: Instant) -> Bool {
        guard number == self.number else { return false }
        core.spoken(at: now)
        return true
    }

    /// Says the result of a pairing that the button began.
    mutating func report(_ word: SpokenWord, isOver: Bool) { core.report(word, isOver: isOver) }

    private mutating func update(_ key: Lines.Key, at now: Instant) {
        if key.button.line != line {
            line = key.button.line
            core.lost()
        }
        core.allow(true, debounce: key.button.debounce)
        if key.isOpen, let isDown = key.isDown {
            core.turn(isDown: isDown, at: now)
        } else {
            core.lost()
        }
        core.tick(at: now)
    }

    /// Opens a window for six digits, or tries the digits of another station.
    ///
    /// - Returns: The news for people.
    private mutating func begin(
        _ step: ButtonPairing.Step, by asker: Asker, _ own: OwnStation,
        _ pairings: inout Pairings, at now: Instant
    ) -> String? {
        do throws(ControlError) {
            if case .enter(let digits) = step {
                try pairings.enter(digits, by: asker, own, at: now)
                return "a code is typed, and the station that shows it looked for"
            }
            guard hasSpeaker else {
                throw ControlError(.failed, "there is no speaker to say a code by")
            }
            core.opened(try pairings.open(by: asker, own, at: now))
            return "a window of two minutes"
        } catch {
            let isForNow = error.code == .busy
            core.refused(isForNow: isForNow)
            return isForNow && step == .open ? "no window now: try again later" : error.text
        }
    }
}

/// The voice of a station, word by word: WAV files of a directory, or else beeps.
///
/// The control thread reads a file when its word is first said: a station with a peer says nothing,
/// and keeps no file in memory.
struct PairingVoice {
    /// Silence after each word.
    private static let pause = Duration.milliseconds(250)
    /// Silence after the counted beeps of a digit, which must not run into those of the next digit.
    private static let beepsPause = Duration.milliseconds(900)

    /// The samples of the files that were read, by path.
    private var known: [String: [Int16]] = [:]
    /// Whether a file that cannot be played was reported.
    private var hasComplained = false

    /// Returns the samples of some words, at 48 kHz.
    mutating func samples(of words: [SpokenWord], _ sounds: Config.Sounds) -> [Int16] {
        var samples: [Int16] = []
        for word in words {
            var pause = Self.pause
            if let said = said(word, sounds) {
                samples += said
            } else {
                samples += word.beeps
                pause = Self.beepsPause
            }
            samples += [Int16](repeating: 0, count: Int(PCM.samples(in: pause)))
        }
        return samples
    }

    private mutating func said(_ word: SpokenWord, _ sounds: Config.Sounds) -> [Int16]? {
        let path = "\(sounds.words)/\(word.rawValue).wav"
        if let samples = known[path] { return samples }
        do throws(SoundFile.Complaint) {
            let samples = try SoundFile.samples(path, seconds: 10)
            known[path] = samples
            return samples
        } catch {
            guard !hasComplained else { return nil }
            hasComplained = true
            Log.warning("\(path) \(error.text): beeps are heard instead; install intercomd-voices")
            return nil
        }
    }
}

extension SpokenWord {
    /// The beeps in place of a voice: a digit is counted, zero as ten beeps.
    var beeps: [Int16] {
        guard let digit else { return Self.samples(of: tone) }
        var samples: [Int16] = []
        for _ in 0..<(digit == 0 ? 10 : digit) { samples += Self.samples(of: Self.beep) }
        return samples
    }

    private static var beep: Tone { Tone(note(880, 120), note(0, 130)) }

    private var tone: Tone {
        switch self {
        case .pairingCode: Tone(Self.note(523, 300), Self.note(1_047, 300))
        case .paired: Tone(Self.note(523, 200), Self.note(659, 200), Self.note(1_047, 600))
        case .searching: Tone(Self.note(659, 150), Self.note(0, 150), Self.note(659, 150))
        case .notPaired: Tone(Self.note(622, 200), Self.note(0, 100), Self.note(622, 800))
        case .startAgain: Tone(Self.note(1_047, 200), Self.note(523, 300))
        case .windowClosed: Tone(Self.note(622, 200), Self.note(466, 400))
        case .pleaseWait: Tone(Self.note(440, 400), Self.note(0, 200), Self.note(440, 400))
        case .noStationFound: Tone(Self.note(440, 200), Self.note(0, 100), Self.note(330, 400))
        case .wrongCode: Tone(Self.note(330, 200), Self.note(220, 500))
        case .codeBurnt: Tone(Self.note(330, 200), Self.note(220, 300), Self.note(165, 800))
        case .failed: Tone(Self.note(220, 800))
        case .eraseWarning:
            Tone(Self.note(988, 150), Self.note(0, 100), Self.note(988, 150), Self.note(784, 600))
        case .erased: Tone(Self.note(988, 150), Self.note(784, 150), Self.note(523, 600))
        case .notErased: Tone(Self.note(523, 150), Self.note(784, 300))
        case .zero, .one, .two, .three, .four, .five, .six, .seven, .eight, .nine: Self.beep
        }
    }

    private static func note(_ hertz: Int, _ milliseconds: Int) -> Tone.Note {
        Tone.Note(frequency: hertz, duration: .milliseconds(milliseconds))
    }

    private static func samples(of tone: Tone) -> [Int16] {
        var tone = tone
        var samples: [Int16] = []
        var block = Block(repeating: 0)
        while tone.next(into: &block) {
            for index in 0..<PCM.blockMax { samples.append(block[index]) }
        }
        return samples
    }
}

/// The talk button that erases this station if it is held when power returns.
///
/// `FactoryReset` decides.
struct ResetButton: ~Copyable {
    /// A machine that has run for longer has not just been switched on.
    private static let afterPower = Duration.seconds(120)

    private var core = FactoryReset()
    private var erasing: Background<Result<Void, SystemError>>?
    /// Whether erasing has begun, so that nothing may be stored any more.
    private(set) var isErasing = false
    /// Why the erasing was incomplete.
    private(set) var problem: String?
    /// Whether the learned files are erased, so that the station must start again.
    private(set) var isErased = false

    /// - Parameter sinceBoot: The time from the machine's start to the program's.
    init(sinceBoot: Instant) {
        if sinceBoot.nanoseconds > Self.afterPower.nanoseconds { core.end() }
    }

    /// Returns the latest time for the next call of `serve`.
    func deadline(at now: Instant) -> Instant? { erasing?.look(at: now) ?? core.deadline }

    /// Reads the button, and lets time pass.
    ///
    /// - Parameters:
    ///   - key: The button; nil where no button erases.
    ///   - hasSpeaker: Whether a warning can be heard.
    ///   - config: The settings in use.
    ///   - writer: The queue of writes; erasing waits for those before it.
    ///   - now: The time.
    /// - Returns: The word to say, in place of those that are being said.
    mutating func serve(
        _ key: Lines.Key?, hasSpeaker: Bool, _ config: Config, by writer: WorkChain, at now: Instant
    ) -> SpokenWord? {
        if key == nil || core.hasBegun && !hasSpeaker { core.end() }
        if hasSpeaker, let key, key.isOpen, let isDown = key.isDown {
            core.turn(isDown: isDown, at: now)
        }
        core.tick(at: now)
        if let result = erasing?.take() {
            erasing = nil
            if case .failure(let error) = result { problem = "not all is erased: \(error)" }
            core.erased(problem == nil, at: now)
        }
        var word: SpokenWord?
        while let step = core.nextStep() {
            switch step {
            case .say(let next): word = next
            case .erase:
                erasing = Self.erase(config, by: writer)
                isErasing = true
            case .restart: isErased = true
            }
        }
        return word
    }

    /// Erases the learned files, after all earlier writes.
    static func erase(
        _ config: Config, by writer: WorkChain
    ) -> Background<Result<Void, SystemError>> {
        writer.begin { () -> Result<Void, SystemError> in
            Result { () throws(SystemError) in try LearnedFiles.erase(config) }
        }
    }

    /// Notes that the word is said.
    mutating func spoken() { core.spoken() }
}
