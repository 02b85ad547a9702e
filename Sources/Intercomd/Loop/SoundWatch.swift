internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time

/// The microphone for those who watch its level, and its sound for a trial of the latency.
///
/// While the microphone is closed nobody sees more of it than its level, a few times a second.
struct SoundWatch {
    /// 20 looks a second.
    private static let interval = Duration.milliseconds(50)

    /// The trial under way, if any.
    private var trial: LatencyTrial?
    /// Whether the media loop hands the sound over.
    private var isOn = false
    /// Whether somebody watches, or a trial listens.
    private var isWanted = false
    private var nextLook = Instant(nanoseconds: .min)
    /// What is shown of the closed microphone.
    private(set) var slow = SlowLevel()

    /// Whether a trial is under way: there is one at a time.
    var isTrying: Bool { trial != nil }

    /// When `look` is due; nil: when something else happens.
    var deadline: Instant? { isWanted ? nextLook : nil }

    /// Fetches the microphone's sound while a trial listens.
    ///
    /// - Returns: whether those who watch are to be told of the levels now.
    mutating func look(_ rings: Rings, isWatched: Bool, at now: Instant) -> Bool {
        if isTrying != isOn {
            isOn = isTrying
            rings.tell(.watch(isTrying))
        }
        if (isWatched || isTrying) != isWanted {
            isWanted.toggle()
            nextLook = Instant(nanoseconds: .min)
        }
        // What was still under way when the trial ended is taken, too.
        while let block = rings.sound.pop() { trial?.hear(block) }
        guard isWatched, now >= nextLook else {
            if isWanted, !isWatched { nextLook = now + Self.interval }
            return false
        }
        nextLook = max(now, nextLook + Self.interval)
        return true
    }

    /// Takes the level of the microphone; call it in each turn.
    mutating func update(_ rings: Rings, at now: Instant) {
        slow.update(rings.counters[.microphoneMeter], rings.counters[.microphoneClips], at: now)
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
    mutating func update(_ packed: UInt64, _ clips: UInt64, at now: Instant) {
        if let takenAt, now - takenAt < Self.interval { return }
        takenAt = now
        reading = LevelMeter.Reading(packed: packed)
        self.clips = clips
    }
}

/// One tone trial as the control thread follows it: what the microphone heard, and who waits.
struct LatencyTrial {
    /// The program that asked.
    let caller: CallerTicket
    let peer: Int
    /// When it is given up: the sound may stand still.
    let end: Instant

    private var recording: [Int16] = []
    /// Where the recording begins and where the trial does, in samples of the microphone.
    private var first: Int?
    private var start: Int?
    private var room = LevelSurvey()
    /// What is surveyed next; blocks are shorter than a frame in most profiles.
    private var frame = SoundBlock().samples
    private var filled = 0

    /// Longer than the trial, its tail and what a card may hold.
    static let limit = Duration.seconds(5)

    init(caller: CallerTicket, peer: Int, at now: Instant) {
        (self.caller, self.peer) = (caller, peer)
        end = now + Self.limit
    }

    /// Whether anything of it went out.
    var hasBegun: Bool { start != nil }

    /// Takes what the microphone heard; what the ring lost is silence.
    mutating func hear(_ block: SoundBlock) {
        guard let place = block.trialPlace else { return }
        if start == nil { start = block.position - place }
        let first = first ?? block.position
        self.first = first
        let gap = block.position - first - recording.count
        guard gap >= 0, recording.count + gap < 4 * ToneTrial.count else { return }
        for _ in 0..<gap { recording.append(0) }
        for index in 0..<block.count { recording.append(block.samples[index]) }
        // Before the first sweep is heard.
        if place < 14_400 { survey(block) }
    }

    private mutating func survey(_ block: SoundBlock) {
        for index in 0..<block.count {
            frame[filled] = block.samples[index]
            filled += 1
            guard filled == PCM.blockMax else { continue }
            filled = 0
            room.add(frame)
        }
    }

    /// dBFS, before the first sweep.
    var noiseFloor: Double { room.noiseFloor }

    /// What it heard of the trial.
    var heard: ToneTrial.Heard? {
        guard let start, let first else { return nil }
        return ToneTrial().heard(in: recording, from: start - first)
    }

    /// The outcome, with the figures that were known without it.
    ///
    /// - Parameters:
    ///   - knowledge: Those figures.
    ///   - lastHeard: The time at which the peer was heard last.
    /// - Returns: Both, in one report.
    func found(knowledge: Latency, lastHeard: Instant?) -> Latency {
        var latency = knowledge
        guard hasBegun else {
            latency.problem = "a talk began and took the microphone: try again"
            return latency
        }
        latency.noiseFloorDBFS = noiseFloor
        guard let heard else {
            latency.finding = .silent
            if lastHeard.map({ $0 < end - Self.limit }) ?? true {
                // All that is known is of before.
                latency.problem = "\(latency.peer) does not answer"
                latency.estimateMilliseconds = nil
            }
            return latency
        }
        latency.finding = .heard
        latency.acousticMilliseconds = Double(heard.delay * 10 / 48) / 10
        latency.levelDBFS = heard.level
        return latency
    }
}

/// `intercomctl test latency`: the parts of the way to a peer's ear, and a tone that goes it.
extension ControlLoop {
    /// Begins a trial for a caller, who is answered when it is over.
    ///
    /// - Returns: the answer where it can be given at once.
    mutating func beginLatencyTrial(_ name: String, for caller: CallerTicket) -> Reply? {
        guard let peer = directory.number(named: name),
            let target = routing.target(named: name)
        else {
            return .refused(.unknownPeer(name, directory))
        }
        guard !meters.isTrying else {
            return .failed("another test is under way: try again in 5 s")
        }
        let known = snapshot()
        if let problem = known.latencyObstacle(to: peer) {
            var latency = known.latency(to: peer)
            latency.problem = problem
            return .latency(latency)
        }
        meters.begin(LatencyTrial(caller: caller, peer: peer, at: now))
        lookAtMeters()
        rings.tell(.trial(target: target.id))
        return nil
    }

    /// The trial is over: its caller is told what came of it.
    mutating func endLatencyTrial() {
        guard let trial = meters.endTrial(rings) else { return }
        let known = snapshot()
        let latency = trial.found(
            knowledge: known.latency(to: trial.peer),
            lastHeard: Instant(gauge: known.peers[trial.peer].traffic[.lastOpened]))
        server.replyLate(.latency(latency), to: trial.caller, at: now)
    }
}

/// Whether this program works as it should.
struct Health {
    /// The media loop need not have turned at the first look, which is at the start.
    private static let grace = Duration.seconds(1)

    var watchdog: Watchdog
    private let startedAt: Instant
    /// The media loop's count of turns at the last look.
    private var ticksBefore: UInt64 = 0
    /// The media loop has not turned for a second.
    private(set) var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    private(set) var memoryFault: Fault?
    /// The media loop has ended.
    var hasStopped = false

    init(_ watchdog: Watchdog, startedAt: Instant) {
        self.watchdog = watchdog
        self.startedAt = startedAt
    }

    /// Locks the memory, after the first attempt at the cards: locked, what reading alsa-lib's
    /// settings took of the heap could not be given back.
    mutating func lockMemory() {
        do throws(SystemError) {
            try MemoryLock.lock()
        } catch {
            Log.warning(error.description)
            memoryFault = Fault("memory", error.finding, fix: error.fix)
        }
    }

    /// Looks once a second whether the media loop turns, and feeds the watchdog if it does.
    mutating func look(_ counters: CounterTable<MediaCount>, at now: Instant) {
        let ticks = counters[.ticks]
        isSoundStill = ticks == ticksBefore && now >= startedAt + Self.grace
        ticksBefore = ticks
        watchdog.feed(counters)
    }
}
