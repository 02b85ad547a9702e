/// A short rising sweep, and its position in a recording: measures the path from speaker to
/// microphone.
///
/// 50 ms from 500 Hz to 3.5 kHz, which even a small loudspeaker plays. Its autocorrelation is a
/// peak of a fraction of a millisecond, so it is located to a few samples in any room.
public struct Sweep: Sendable {
    /// A sweep found in a recording.
    public struct Finding: Equatable, Sendable {
        /// The place of its first sample in the recording.
        public let place: Int
        /// The share of the sweep in the sound there: 0…1.
        public let likeness: Double
        /// The level there, RMS in dBFS.
        public let level: Double
    }

    /// 48 kHz mono.
    public let samples: [Int16]

    static let count = 2_400
    /// The first search runs at a quarter of the rate, which still holds 3.5 kHz.
    private static let step = 4
    /// Random sound of this length reaches this likeness one time in thousands.
    private static let likenessMin = 0.3

    /// A sweep whose peak is at `decibels` dBFS, at most 0.
    public init(decibels: Double) {
        let amplitude = Decibels.ratio(min(decibels, 0)) * 32_767
        let seconds = Double(Self.count) / Double(PCM.sampleRate)
        samples = (0..<Self.count).map { index in
            let time = Double(index) / Double(PCM.sampleRate)
            // The frequency grows steadily, so the phase is its integral, in whole turns.
            let turns = 500 * time + (3_500 - 500) * time * time / (2 * seconds)
            // Faded over 5 ms at both ends, so that it does not click.
            let fade = min(1, Double(min(index, Self.count - 1 - index)) / 240)
            return Int16(amplitude * fade * Sine.of(turns: turns))
        }
    }

    /// Searches the sweep with its first sample in `places`; nil when it is not there.
    public func find(in recording: [Int16], at places: Range<Int>) -> Finding? {
        let wanted = samples.map { Float($0) }
        let last = recording.count - samples.count
        let places = places.clamped(to: 0..<max(0, last + 1))
        guard !places.isEmpty else { return nil }
        let part = recording[places.lowerBound..<places.upperBound - 1 + samples.count]
            .map { Float($0) }
        let coarse = Self.best(
            Self.thinned(wanted), in: Self.thinned(part), 0..<(places.count - 1) / Self.step + 1)
        let near = coarse.place * Self.step
        let fine = Self.best(
            wanted, in: part,
            max(0, near - 2 * Self.step)..<min(places.count, near + 2 * Self.step + 1))
        guard Double(fine.likeness) >= Self.likenessMin else { return nil }
        let energy = Self.energy(part[fine.place..<fine.place + wanted.count])
        let meanSquare = Double(energy) / Double(wanted.count) / (32_768 * 32_768)
        return Finding(
            place: places.lowerBound + fine.place, likeness: Double(fine.likeness),
            level: max(LevelMeter.floor, Decibels.level(meanSquare.squareRoot())))
    }

    /// A quarter of the samples, each the mean of four.
    private static func thinned(_ sound: [Float]) -> [Float] {
        (0..<sound.count / step).map { index in
            var sum: Float = 0
            for offset in 0..<step { sum += sound[index * step + offset] }
            return sum / Float(step)
        }
    }

    private static func energy(_ sound: ArraySlice<Float>) -> Float {
        var sum: Float = 0
        for sample in sound { sum += sample * sample }
        return sum
    }

    /// The place at which `sound` is most like `wanted`; likeness is the correlation coefficient.
    private static func best(
        _ wanted: [Float], in sound: [Float], _ places: Range<Int>
    ) -> (place: Int, likeness: Float) {
        let own = energy(wanted[...])
        var best = (place: places.lowerBound, likeness: Float(0))
        for place in places where place + wanted.count <= sound.count {
            var product: Float = 0
            for index in wanted.indices { product += wanted[index] * sound[place + index] }
            let there = energy(sound[place..<place + wanted.count])
            // Zeros have no likeness.
            guard there > 0 else { continue }
            // Either sign: a loudspeaker may be wired in reverse.
            let likeness = product.magnitude / (own * there).squareRoot()
            if likeness > best.likeness { best = (place, likeness) }
        }
        return best
    }
}

/// Three sweeps that are played, and may be heard by a microphone: measures the delay on the way.
public struct ToneTrial: Sendable {
    /// The sweeps as they were heard.
    public struct Heard: Equatable, Sendable {
        /// Samples from where they were sent to where they were heard.
        public let delay: Int
        /// RMS in dBFS.
        public let level: Double
    }

    /// The length of the trial: 2.5 s of 48 kHz mono, silence except for the sweeps.
    public static let count = 120_000

    /// 0.4 s, for the jitter buffer there to find its delay; then 0.7 s apart, longer than any
    /// delay.
    public static let first = 19_200
    private static let spacing = 33_600
    private static let delayMax = 28_800
    /// By how much the delay varies at most: the jitter buffer makes it 30 ms.
    private static let agreement = 1_440

    private let sweep: Sweep

    /// The sweep once; `place(at:)` tells where it belongs.
    public var samples: [Int16] { sweep.samples }

    public init() { sweep = Sweep(decibels: -12) }

    /// The sample of the sweep at this place of the trial; nil where there is silence.
    ///
    /// Real-time.
    public static func sweepPlace(at place: Int) -> Int? {
        guard place >= first, place < first + 3 * spacing else { return nil }
        let offset = (place - first) % spacing
        return offset < Sweep.count ? offset : nil
    }

    /// Searches the sweeps in a microphone's recording, in which the trial began at `start`.
    ///
    /// - Parameters:
    ///   - recording: 48 kHz mono.
    ///   - start: The place of its sample 0.
    /// - Returns: Nil unless two of them agree.
    public func heard(in recording: [Int16], from start: Int) -> Heard? {
        var found: [Heard] = []
        for number in 0..<3 {
            let sent = start + Self.first + number * Self.spacing
            guard let finding = sweep.find(in: recording, at: sent..<sent + Self.delayMax)
            else { continue }
            found.append(Heard(delay: finding.place - sent, level: finding.level))
        }
        let middle = found.map { $0.delay }.sorted().dropFirst(found.count / 2).first
        guard let middle else { return nil }
        let agreed = found.filter { ($0.delay - middle).magnitude <= Self.agreement }
        guard agreed.count >= 2, let loudest = agreed.map({ $0.level }).max() else { return nil }
        return Heard(delay: middle, level: loudest)
    }
}
