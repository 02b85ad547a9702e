internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Peering

/// What a station says, word by word: from the WAV files of a directory, or else by beeps.
///
/// Files are read when they are said first, on the control thread: a station with a peer says
/// nothing, and keeps none of them in memory.
struct PairingVoice {
    /// Silence behind each word.
    private static let pause = Duration.milliseconds(250)
    /// Behind the counted beeps of a digit, which must not run into those of the next.
    private static let beepsPause = Duration.milliseconds(900)

    /// What was read, by its path.
    private var known: [String: [Int16]] = [:]
    /// A file that cannot be played was told of.
    private var hasComplained = false

    /// The samples of some words, 48 kHz.
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
            Log.warning("\(path) \(error.text): beeps are heard instead; see intercomctl doctor")
            return nil
        }
    }
}

extension SpokenWord {
    /// What is heard where there is no voice: a digit is counted, zero ten times.
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
