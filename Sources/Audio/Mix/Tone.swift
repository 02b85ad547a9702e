internal import Time

/// A short sequence of notes the station plays to the person in front of it.
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
        let w = 2 * Double.pi * Double(notes[note].frequency) / Double(PCM.sampleRate)
        // sin and cos of at most pi/2 by their series; no C mathematics library.
        var (sine, cosine, term) = (0.0, 0.0, 1.0)
        for n in 0..<20 {
            switch n % 4 {
            case 0: cosine += term
            case 1: sine += term
            case 2: cosine -= term
            default: sine -= term
            }
            term *= w / Double(n + 1)
        }
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
