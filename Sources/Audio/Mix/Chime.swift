internal import Time

/// The sounds by which a station signals to the person in front of it.
public enum Chime: UInt8, CaseIterable, Equatable, Sendable {
    /// A call rings here; the user may set another sound.
    case ring
    /// The other side rings.
    case ringback
    /// The other side is busy, or accepts no calls.
    case busy
    /// The call is over.
    case ended
    /// A page begins.
    case page
    /// A peer listens to this room.
    case beep
    /// The channel is open: talk.
    case permit
    /// No station can hear you now.
    case nobody
    /// The talk button was held too long.
    case timeOut
    /// The request is refused.
    case refusal
    /// The message goes, but not to all members of the channel.
    case partly
    /// Talk here is recorded.
    case recording
    /// A test of the loudspeaker.
    case trial

    /// The length of the test, with the sound left in the card's buffer.
    public static let trialLength = Duration.milliseconds(1_100)

    /// The notes of the chime.
    public var tone: Tone {
        let rest = { (ms: Int) in Tone.Note(frequency: 0, duration: .milliseconds(ms)) }
        let note = { (hertz: Int, ms: Int) in
            Tone.Note(frequency: hertz, duration: .milliseconds(ms))
        }
        return switch self {
        case .ring: Tone(note(784, 300), note(622, 500))
        case .ringback: Tone(note(425, 1_000), decibels: -24)
        case .busy: Tone(note(425, 250), rest(250), note(425, 250))
        case .ended: Tone(note(622, 120), note(466, 180))
        case .page: Tone(note(523, 180), note(659, 180), note(784, 280))
        case .beep: Tone(note(1_400, 200), decibels: -20)
        case .permit: Tone(note(1_047, 70), decibels: -20)
        case .nobody: Tone(note(330, 90), rest(50), note(330, 90), decibels: -16)
        case .timeOut: Tone(note(440, 120), rest(60), note(440, 120), note(330, 240))
        case .refusal: Tone(note(220, 250))
        case .partly: Tone(note(1_047, 70), rest(80), note(220, 250))
        case .recording: Tone(note(1_200, 80), rest(80), note(1_200, 80), decibels: -20)
        case .trial: Tone(note(600, 250), note(800, 250), note(1_000, 400))
        }
    }

    /// The time from one start to the next, for a chime that repeats until it is stopped; nil for
    /// others.
    public var cycle: Duration? {
        switch self {
        case .ring: .seconds(3)
        case .ringback: .seconds(4)
        case .beep: .seconds(10)
        case .busy, .ended, .page, .permit, .nobody, .timeOut, .refusal, .partly, .recording,
            .trial:
            nil
        }
    }

    /// Whether the person at the microphone must hear it, even while the speaker is held down.
    public var isUrgent: Bool {
        switch self {
        case .beep, .permit, .nobody, .timeOut, .refusal, .partly, .ended, .busy, .recording,
            .trial:
            true
        case .ring, .ringback, .page: false
        }
    }
}

/// Plays one chime at a time; a chime that is cut short fades, so that it does not click.
///
/// Real-time.
public struct ChimePlayer: Sendable {
    /// 5 ms.
    private static let fadeSamples = 240

    /// The chime that sounds, or waits to sound again.
    public private(set) var chime: Chime?
    private var tone = Chime.refusal.tone
    /// Samples since the beginning of the chime.
    private var place = 0
    /// The chime after the fade; nil for silence.
    private var next: Chime?
    /// Samples left of the fade; nil while there is none.
    private var fade: Int?

    public init() {}

    /// Whether the last block had sound.
    public private(set) var isSounding = false

    /// Plays another chime; nil stops it.
    public mutating func play(_ other: Chime?) {
        // The same repeating chime goes on: starting it again with every call would cut it.
        if other == chime, other?.cycle != nil, fade == nil { return }
        next = other
        if isSounding { fade = fade ?? Self.fadeSamples } else { begin() }
    }

    /// Writes the next block; returns false, and writes silence, when nothing sounds.
    ///
    /// - Parameters:
    ///   - block: The block to fill.
    ///   - ringtone: The user's own sound for `Chime.ring`; empty when there is none.
    /// - Returns: Whether anything sounds in the block.
    public mutating func next(into block: inout MutableSpan<Int16>, ringtone: Span<Int16>) -> Bool {
        isSounding = false
        guard let current = chime else {
            for index in block.indices { block[index] = 0 }
            return false
        }
        if current == .ring, !ringtone.isEmpty {
            for index in block.indices {
                let at = place + index
                block[index] = at < ringtone.count ? ringtone[at] : 0
            }
            isSounding = place < ringtone.count
        } else {
            isSounding = tone.next(into: &block)
        }
        place += block.count
        fadeOut(&block)
        circle(current, length: ringtone.count)
        return isSounding
    }

    private mutating func fadeOut(_ block: inout MutableSpan<Int16>) {
        guard let left = fade else { return }
        for index in block.indices {
            let gain = Float(max(0, left - index)) / Float(Self.fadeSamples)
            block[index] = Int16(Float(block[index]) * gain)
        }
        fade = left - block.count
        if left <= block.count || !isSounding { begin() }
    }

    private mutating func circle(_ current: Chime, length: Int) {
        guard chime == current, fade == nil else { return }
        guard let cycle = current.cycle else {
            if !isSounding { chime = nil }
            return
        }
        // A second of silence follows the user's own sound.
        let own = current == .ring && length > 0 ? length + PCM.sampleRate : 0
        let samples = max(Int(cycle.components.seconds) * PCM.sampleRate, own)
        guard place >= samples else { return }
        next = current
        begin()
    }

    private mutating func begin() {
        chime = next
        next = nil
        fade = nil
        place = 0
        if let chime { tone = chime.tone }
    }
}

/// A short sequence of notes for the person in front of the station.
///
/// Real-time: the notes are sines by recurrence, faded in and out so that they do not click.
public struct Tone: Sendable {
    /// One note, or a rest when the frequency is 0.
    public struct Note: Sendable {
        public let frequency: Int  // Hz
        public let duration: Duration

        public init(frequency: Int, duration: Duration) {
            precondition((0...12_000).contains(frequency) && duration >= .zero)
            self.frequency = frequency
            self.duration = duration
        }
    }

    private let notes: InlineArray<4, Note>
    private let amplitude: Float
    private var note = 0
    private var position = 0

    private var coefficient: Float = 0
    private var previous: Float = 0
    private var beforePrevious: Float = 0

    /// 5 ms.
    private static let fadeSamples = 240

    /// Makes a tone of up to four notes; `decibels` is its peak level in dBFS, at most 0.
    public init(
        _ first: Note, _ second: Note = .none, _ third: Note = .none, _ fourth: Note = .none,
        decibels: Double = -18
    ) {
        notes = [first, second, third, fourth]
        amplitude = Float(Decibels.ratio(min(decibels, 0)) * 32_767)
        begin()
    }

    /// Fills the block with the next samples; false, and silence, when the tone is over.
    public mutating func next(into block: inout MutableSpan<Int16>) -> Bool {
        guard note < notes.count else {
            for i in block.indices { block[i] = 0 }
            return false
        }
        for i in block.indices { block[i] = nextSample() }
        return true
    }

    /// Writes the next 10 ms.
    public mutating func next(into room: inout Block) -> Bool {
        var block = room.mutableSpan
        return next(into: &block)
    }

    private mutating func nextSample() -> Int16 {
        while note < notes.count && position >= samples(of: note) {
            note += 1
            position = 0
            if note < notes.count { begin() }
        }
        guard note < notes.count else { return 0 }
        let value = coefficient * previous - beforePrevious
        beforePrevious = previous
        previous = value
        let toEdge = min(position, samples(of: note) - 1 - position)
        let fade = min(1, Float(toEdge) / Float(Self.fadeSamples))
        position += 1
        return Int16(max(-32_767, min(32_767, value * amplitude * fade)))
    }

    /// Sets the recurrence y[n] = 2·cos(w)·y[n-1] - y[n-2] up so that y[0] = 0.
    private mutating func begin() {
        let turns = Double(notes[note].frequency) / Double(PCM.sampleRate)
        let (sine, cosine) = (Sine.of(turns: turns), Sine.of(turns: turns + 0.25))
        coefficient = Float(2 * cosine)
        previous = Float(-sine)
        beforePrevious = Float(-2 * sine * cosine)
        // y[-1] = -sin(w), y[-2] = -sin(2w), hence y[0] = 0.
    }

    private func samples(of index: Int) -> Int {
        Int(PCM.samples(in: notes[index].duration))
    }
}

extension Tone.Note {
    /// No note.
    public static var none: Self { Self(frequency: 0, duration: .zero) }
}
