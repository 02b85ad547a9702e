internal import Realtime

/// Measures how far speech stands above the noise of room and microphone, unattended for hours.
///
/// The energy of 10 ms distinguishes speech from noise. The noise follows the lowest recent energy
/// and the mean of all pauses since then; speech is 5 dB above the noise and at most 16 dB below
/// the talker's own level, with 200 ms after it, as ITU-T P.56 counts active speech. The result is
/// the mean power of the last 8 s of active speech, less the noise, over the mean power of the last
/// 8 s of pauses. Real-time.
public struct SignalToNoise: ~Copyable {
    /// The block of 10 ms under way: its samples so far and the sum of squares.
    private var count = 0
    private var squares: Float = 0
    /// The former sample, and its value without the constant offset that cheap converters add.
    private var last: Float?
    private var value: Float = 0

    private var least = LeastEnergy()
    private var noise = EnergyHistory()
    private var speech = EnergyHistory()
    /// The newest energies; a later one can show that the oldest belongs to a pause.
    private var recent = FixedArray<Float>(count: guardFrames, repeating: 0)
    private var frames = 0
    /// Frames since the last speech, and since the last sound that is not plainly noise.
    private var sinceSpeech = Int.max / 2
    private var sinceSound = 0
    /// Frames without sound.
    private var quiet = 0

    private static let frameSamples = 480
    /// The mean of 50 ms distinguishes speech from noise.
    private static let smoothFrames = 5
    /// A high pass at 5 Hz: it settles 0.1 s after a word with an offset.
    private static let pole: Float = 0.999_346
    /// Sound 5 dB above the noise is speech.
    private static let aboveNoise: Float = 3.16
    /// No steady noise falls 10 dB below its mean for 50 ms.
    private static let belowNoise: Float = 0.1
    /// 15.9 dB: sound this far below the talker's level does not count as talk (P.56).
    private static let belowSpeech: Float = 0.025_7
    private static let hangover = 20
    /// A pause lasts from 60 ms after the last sound to 60 ms before the next: ends of words do not
    /// count.
    private static let tail = 6
    private static let guardFrames = 6
    /// Half a step of a 16-bit converter: no noise is lower.
    private static let energyMin: Float = 1 / 12
    /// Needed before a result: 1 s of speech, in blocks; 2 s of quiet, in frames, 1 s of them
    /// plainly a pause.
    private static let speechMin = 10
    private static let noiseMin = 10
    private static let quietMin = 200

    public init() {}

    /// Takes 48 kHz mono, any number of samples.
    public mutating func add(_ samples: Span<Int16>) {
        var start = 0
        while start < samples.count {
            let end = min(start + Self.frameSamples - count, samples.count)
            addPart(samples.extracting(start..<end))
            start = end
        }
    }

    private mutating func addPart(_ samples: Span<Int16>) {
        var (before, value, squares) = (last ?? Float(samples[0]), value, squares)
        for i in samples.indices {
            let sample = Float(samples[i])
            value = sample - before + Self.pole * value
            before = sample
            squares += value * value
        }
        // In digital silence it would decay to subnormal numbers, which are slow.
        if abs(value) < 1e-9 { value = 0 }
        (last, self.value, self.squares) = (before, value, squares)
        count += samples.count
        guard count >= Self.frameSamples else { return }
        let energy = squares / Float(count)
        (count, self.squares) = (0, 0)
        update(max(energy, Self.energyMin))
    }

    /// A microphone is good from this many decibels on.
    public static let good = 40.0

    /// Speech above the noise, in decibels; nil until enough of both was heard.
    public var decibels: Double? {
        guard noise.blocks >= Self.noiseMin, quiet >= Self.quietMin,
            speech.blocks >= Self.speechMin
        else { return nil }
        let floor = noiseEnergy
        let above = speech.mean - floor
        // Sound so near to the noise was no speech.
        guard above > Self.aboveNoise * floor else { return nil }
        return min(96, Decibels.level(Double(above / floor).squareRoot()))
    }

    /// Forgets all sound so far.
    public mutating func reset() {
        (count, squares, frames) = (0, 0, 0)
        (last, value) = (nil, 0)
        sinceSpeech = Int.max / 2
        sinceSound = 0
        quiet = 0
        least.reset()
        noise.reset()
        speech.reset()
    }

    private var noiseEnergy: Float { noise.blocks > 0 ? noise.low : least.value * 1.26 }

    private mutating func update(_ energy: Float) {
        let place = frames % Self.guardFrames
        let guarded = recent[place]
        recent[place] = energy
        frames += 1
        var smooth: Float = 0
        let lately = min(frames, Self.smoothFrames)
        for age in 1...lately { smooth += recent[(frames - age) % Self.guardFrames] }
        smooth /= Float(lately)
        least.add(smooth)
        // The noise cannot have been lower all the time: the room has become louder.
        if noise.blocks > 0, least.value > 1.6 * noise.low {
            noise.reset()
            speech.reset()
            quiet = 0
        }
        // The sound is far below the assumed noise: that noise was a voice, from the start on.
        if noise.blocks > 0, smooth < Self.belowNoise * noise.low {
            noise.reset()
            quiet = 0
        }
        let isSound = smooth > Self.aboveNoise * noiseEnergy
        let isSpeech = isSound && smooth > Self.belowSpeech * speech.mean
        sinceSpeech = isSpeech ? 0 : sinceSpeech + 1
        sinceSound = isSound ? 0 : sinceSound + 1
        if !isSound { quiet = min(quiet + 1, Self.quietMin) }
        if sinceSpeech <= Self.hangover { speech.add(energy) }
        if sinceSound >= Self.tail + Self.guardFrames { noise.add(guarded) }
    }
}

/// The lowest energy of the last 8 s, in seconds.
struct LeastEnergy {
    private var seconds = InlineArray<8, Float>(repeating: .infinity)
    private var frames = 0

    /// Takes one value, 100 per second.
    mutating func add(_ energy: Float) {
        let place = frames / 100 % 8
        if frames % 100 == 0 { seconds[place] = energy }
        seconds[place] = min(seconds[place], energy)
        frames += 1
    }

    var value: Float {
        var least = Float.infinity
        for place in seconds.indices { least = min(least, seconds[place]) }
        return least
    }

    mutating func reset() { self = LeastEnergy() }
}

/// The energies of the last 8 s of one kind of sound, in blocks of 100 ms.
struct EnergyHistory: ~Copyable {
    private static let kept = 80
    private static let blockFrames = 10

    private var energies = FixedArray<Float>(count: kept, repeating: 0)
    private var sorted = FixedArray<Float>(count: kept, repeating: 0)
    private var sum: Float = 0
    private var frames = 0
    /// Blocks since the start.
    private(set) var blocks = 0
    /// The mean of all blocks.
    private(set) var mean: Float = 0
    /// The mean of the low blocks: up to 6 dB above one of the lowest.
    private(set) var low: Float = 0

    /// Takes one value, 100 per second.
    mutating func add(_ energy: Float) {
        sum += energy
        frames += 1
        guard frames == Self.blockFrames else { return }
        energies[blocks % Self.kept] = sum / Float(Self.blockFrames)
        (sum, frames) = (0, 0)
        blocks += 1
        summarise()
    }

    mutating func reset() {
        (sum, frames, blocks) = (0, 0, 0)
        (mean, low) = (0, 0)
    }

    private mutating func summarise() {
        let count = min(blocks, Self.kept)
        var total: Float = 0
        for place in 0..<count {
            let energy = energies[place]
            total += energy
            var hole = place
            while hole > 0, sorted[hole - 1] > energy {
                sorted[hole] = sorted[hole - 1]
                hole -= 1
            }
            sorted[hole] = energy
        }
        mean = total / Float(count)
        let limit = 4 * sorted[count * 3 / 10]
        var (part, taken) = (Float(0), 0)
        while taken < count, sorted[taken] <= limit {
            part += sorted[taken]
            taken += 1
        }
        low = part / Float(taken)
    }
}
