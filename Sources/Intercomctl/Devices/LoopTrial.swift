internal import Audio
internal import Config

/// Three sweeps out of the loudspeaker, and whether the microphone hears them.
struct LoopTrial {
    /// What to play, silence before and after.
    let sound: [Int16]
    /// Where in it the sweeps begin.
    private let places: [Int]

    private let sweep = Sweep(decibels: -12)
    /// 0.7 s apart: a delay of any card and room is shorter, so no sweep is taken for the next.
    private static let spacing = 33_600
    private static let first = 24_000
    /// From 20 ms too early, for what the cards say of their delay is not exact.
    private static let delays = -960..<28_800
    /// The same way takes as long each time: 2 ms.
    private static let agreement = 96

    init() {
        places = (0..<3).map { Self.first + $0 * Self.spacing }
        var sound = [Int16](repeating: 0, count: Self.first + 3 * Self.spacing)
        for place in places {
            for (index, sample) in sweep.samples.enumerated() { sound[place + index] = sample }
        }
        self.sound = sound
    }

    /// The delays in samples and levels of the sweeps that were heard and agree with each other.
    func heard(in heard: SoundTrial.Heard) -> [(delay: Int, level: Double)] {
        var found: [(delay: Int, level: Double)] = []
        for place in places {
            let start = place + heard.offset
            let range = start + Self.delays.lowerBound..<start + Self.delays.upperBound
            guard let finding = sweep.find(in: heard.sound, at: range) else { continue }
            found.append((finding.place - start, finding.level))
        }
        // The middle one is right if two are.
        let middle = found.map { $0.delay }.sorted().dropFirst(found.count / 2).first
        guard let middle else { return [] }
        let agreed = found.filter { ($0.delay - middle).magnitude <= Self.agreement }
        return agreed.count >= 2 ? agreed : []
    }

    func report(on recording: SoundTrial.Heard, of device: String) -> TrialReport {
        var room = LevelSurvey()
        var frame = Block(repeating: 0)
        // Before the first sweep, the card having settled.
        for start in stride(from: 4_800, to: Self.first - PCM.blockMax, by: PCM.blockMax) {
            for index in frame.indices { frame[index] = recording.sound[start + index] }
            room.add(frame)
        }
        let floor = room.noiseFloor
        let found = heard(in: recording)
        guard let loudest = found.map({ $0.level }).max() else {
            return TrialReport(
                test: "loop", device: device, verdict: .failed,
                text: "not heard, noise floor \(whole(floor)) dBFS: loudspeaker off, microphone"
                    + " muted, or too far apart (test speaker, test mic)",
                word: "silent",
                numbers: [("level_dbfs", nil), ("delay_ms", nil), ("noise_floor_dbfs", floor)])
        }
        let delays = found.map { $0.delay }.sorted()
        let delay = Double(delays[delays.count / 2]) / 48
        return TrialReport(
            test: "loop", device: device, verdict: .ok,
            text: "heard at \(whole(loudest)) dBFS, \(whole(delay)) ms after it was played;"
                + " noise floor \(whole(floor)) dBFS",
            word: "heard",
            numbers: [("level_dbfs", loudest), ("delay_ms", delay), ("noise_floor_dbfs", floor)])
    }
}
