internal import Audio
internal import Media
internal import Realtime
internal import Report
internal import Time

/// The sound of the microphone on its way to those who watch it, and to a trial of the latency.
///
/// While the microphone is closed nobody sees more of it than its level, a few times a second.
struct SoundWatch {
    /// 20 looks a second.
    private static let interval = Duration.milliseconds(50)

    /// Made anew when somebody begins to listen: most stations are never watched.
    private var view: MeterView?
    /// The trial under way, if any.
    private var trial: LatencyTrial?
    /// Whether the media loop hands the sound over.
    private var isOn = false
    private var nextLook = Instant(nanoseconds: .min)
    /// What is shown of the closed microphone.
    private(set) var slow = SlowLevel()

    /// Whether a trial is under way: there is one at a time.
    var isTrying: Bool { trial != nil }

    /// When `look` is due; nil: when something else happens.
    var deadline: Instant? { isOn ? nextLook : nil }

    /// Fetches the microphone's sound while it is watched, or a trial listens.
    ///
    /// - Returns: whether those who watch are to be told of it now.
    mutating func look(_ rings: Rings, isWatched: Bool, at now: Instant) -> Bool {
        let isWanted = isWatched || isTrying
        if isWanted != isOn {
            isOn = isWanted
            rings.tell(.watch(isWanted))
            view = isWanted ? MeterView() : nil
            nextLook = Instant(nanoseconds: .min)
        }
        // What was still under way when the last watcher left is taken, too.
        while let block = rings.sound.pop() {
            trial?.hear(block)
            if isWatched { view?.hear(block) }
        }
        guard isWatched, now >= nextLook else {
            if isWanted, !isWatched { nextLook = now + Self.interval }
            return false
        }
        nextLook = max(now, nextLook + Self.interval)
        return true
    }

    /// Takes the level of the microphone; call it in each turn.
    mutating func follow(_ rings: Rings, at now: Instant) {
        slow.follow(rings.counters[.microphoneMeter], rings.counters[.microphoneClips], at: now)
    }

    /// Adds what the sound itself tells, since the look before; the spectrum takes some time.
    ///
    /// A microphone that is closed, or gives nothing, shows nothing, not even later.
    mutating func describe(in levels: inout Levels, isShown: Bool) {
        guard isShown else {
            if view?.hasHeard == true { view = MeterView() }
            return
        }
        levels.spectrumDBFS = view?.bands.map { tenths($0) } ?? []
        if let extremes = view?.takeExtremes() { (levels.low, levels.high) = extremes }
    }

    /// Begins a trial.
    mutating func begin(_ trial: LatencyTrial) {
        precondition(self.trial == nil, "one trial at a time")
        self.trial = trial
    }

    /// Whether the trial has taken longer than any takes.
    func isTrialOverdue(at now: Instant) -> Bool { trial.map { now >= $0.end } ?? false }

    /// Ends the trial under way, and hands it out with all that it heard.
    mutating func endTrial(_ rings: Rings) -> LatencyTrial? {
        // Its last sound may still be in the ring.
        while let block = rings.sound.pop() { trial?.hear(block) }
        return trial.take()
    }
}

/// The level of the closed microphone as it may be shown: five times a second at most, however
/// often somebody asks.
struct SlowLevel {
    static let interval = Duration.milliseconds(200)

    private(set) var reading = LevelMeter.Reading(packed: LevelMeter().reading.packed)
    private(set) var clips: UInt64 = 0
    private var takenAt: Instant?

    /// Takes what the meter says now, unless the last look was too short a time ago.
    mutating func follow(_ packed: UInt64, _ clips: UInt64, at now: Instant) {
        if let takenAt, now - takenAt < Self.interval { return }
        takenAt = now
        reading = LevelMeter.Reading(packed: packed)
        self.clips = clips
    }
}

/// What the control thread keeps for those who watch the meters.
struct MeterView {
    private var spectrum = Spectrum()
    private var low: Int16?
    private var high: Int16?
    /// Whether there is any sound in it.
    private(set) var hasHeard = false

    mutating func hear(_ block: SoundBlock) {
        hasHeard = true
        spectrum.add(block.samples.span.extracting(first: block.count))
        for index in 0..<block.count {
            let sample = block.samples[index]
            low = min(low ?? sample, sample)
            high = max(high ?? sample, sample)
        }
    }

    /// The level of each band in dBFS; to work it out takes some time.
    var bands: [Double] { spectrum.bands }

    /// The least and the greatest sample since the look before, -1 to 1.
    mutating func takeExtremes() -> (low: Double?, high: Double?) {
        defer { (low, high) = (nil, nil) }
        func part(_ sample: Int16) -> Double { Double(Int(sample) * 1000 / 32_768) / 1000 }
        return (low.map(part), high.map(part))
    }
}
