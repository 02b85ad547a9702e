/// Three sweeps sent in place of a microphone, which that microphone may hear: measures the delay
/// from mouth to ear.
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
    private static let first = 19_200
    private static let spacing = 33_600
    private static let delays = 0..<28_800
    /// The delay varies by this much at most, because of the jitter buffer: 30 ms.
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
    /// Nil unless two of them agree.
    public func heard(in recording: [Int16], from start: Int) -> Heard? {
        var found: [Heard] = []
        for number in 0..<3 {
            let sent = start + Self.first + number * Self.spacing
            let places = sent + Self.delays.lowerBound..<sent + Self.delays.upperBound
            guard let finding = sweep.find(in: recording, at: places) else { continue }
            found.append(Heard(delay: finding.place - sent, level: finding.level))
        }
        let middle = found.map { $0.delay }.sorted().dropFirst(found.count / 2).first
        guard let middle else { return nil }
        let agreed = found.filter { ($0.delay - middle).magnitude <= Self.agreement }
        guard agreed.count >= 2, let loudest = agreed.map({ $0.level }).max() else { return nil }
        return Heard(delay: middle, level: loudest)
    }
}
