internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time

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
            return .refused(ControlError(.failed, "another test is under way: try again in 5 s"))
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
