internal import Audio
internal import Config
internal import Crypto
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The status of each peer.
extension Snapshot {
    /// The answer to the request `peers`.
    var peerList: PeerList {
        PeerList(directory.numbers.map { peerStatus($0) }, callers: callers)
    }

    func peerStatus(_ peer: Int) -> PeerStatus {
        var status = PeerStatus()
        let traffic = peers[peer].traffic
        status.name = directory[peer].name
        status.state =
            switch switchboard.presence.reach(of: peer) {
            case .up: .up
            case .stale: .stale
            case .down: .down
            }
        status.heardAgeSeconds = Instant(gauge: traffic[.lastOpened]).map { (now - $0).inSeconds }
        status.rttMilliseconds = switchboard.view(of: peer).usualRoundTrip
            .map { Double($0.nanoseconds) / 1_000_000 }
        if traffic[.playoutDelay] > 0 {
            status.jitterMilliseconds = Double(traffic[.jitter]) / 10
            status.lossPercent = Double(traffic[.loss]) * 100 / 256
            status.bufferMilliseconds = Double(traffic[.playoutDelay])
        }
        let redundancy = switchboard.protection.redundancy(of: peer)
        status.redundancyDepth = redundancy.choice.depth
        status.redundancyOffset = redundancy.choice.offset
        status.isNarrow = redundancy.isNarrow
        status.framesRecovered = Int(traffic[.recovered])
        let last = switchboard.ownTalks.lastWords(to: peer)
        status.heardPercent = last?.heard.percent
        status.lastWordsAgeSeconds = last.map { (now - $0.at).inSeconds }
        status.heardReason = last?.heard.obstacle.map { HeardBy.Reason($0) }
        status.hearsNow = hearsNow(peer)
        status.packetsSent = Int(traffic[.sent])
        status.packetsOpened = Int(traffic[.opened])
        status.packetsRefused = Int(traffic[.refused])
        let refusals = switchboard.refusals(of: peer)
        status.claimsRefused = Refusal.allCases.reduce(0) { $0 + Int(refusals[$1]) }
        // Sessions do not know the key of a peer that was put out.
        let key = directory[peer].isRevoked ? PublicKey(text: directory[peer].key) : nil
        status.fingerprint = (key ?? directory.key(of: peer)).short
        status.isVerified = directory[peer].isVerified
        addDownReason(of: peer, to: &status)
        addFigures(of: peer, to: &status)
        guard let state = peers[peer].session else { return status }
        status.suite = Int(state.suite.rawValue)
        status.hasPSK = state.hasPSK
        status.endpoint = state.endpoint.map { SocketAddress($0).description }
        status.endpointSource =
            switch state.endpointSource {
            case .settings: "settings"
            case .lan: "lan"
            case .rendezvous: "rendezvous"
            case .peer: "peer"
            case nil: nil
            }
        addPath(of: peer, state, to: &status)
        status.isTalking = switchboard.voices.isHeard(peer)
        status.records = switchboard.recorder.references(recordedBy: peer)
            .map { routing.talkName(of: $0) }
        status.sessionAgeSeconds = state.sessionSince.map { (now - $0).inSeconds }
        return status
    }

    /// Adds the figures of `stats` to a peer's status.
    func addFigures(of peer: Int, to status: inout PeerStatus) {
        let traffic = peers[peer].traffic
        let figures = peers[peer].figures
        status.bytesSent = Int(traffic[.sentBytes])
        status.bytesOpened = Int(traffic[.openedBytes])
        status.sentPerSecond = figures.sentPerSecond
        status.openedPerSecond = figures.openedPerSecond
        status.concealedMilliseconds = Int(traffic[.concealedMs])
        status.concealedPercent = figures.concealedPercent
        if switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: traffic[.meter])
            (status.peakDBFS, status.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        }
        let known = switchboard.view(of: peer)
        if let report = known.report, let at = known.reportAt {
            status.report.ageSeconds = (now - at).inSeconds
            status.report.lossPercent = Double(report.loss) * 100 / 256
            status.report.jitterMilliseconds = Double(report.jitter) / 10
            status.report.bufferMilliseconds = Double(report.delay)
            status.report.concealedMilliseconds = Double(report.concealed)
        }
        guard let roundTrip = status.rttMilliseconds, let buffer = status.bufferMilliseconds,
            status.concealedPercent != nil
        else { return }
        let own = ownDelays
        status.delayMilliseconds = tenths(
            own.input + own.codec + roundTrip / 2 + buffer + own.output)
    }

    /// The delays inside this station; a peer's delays are assumed to be the same.
    var ownDelays: OwnDelays {
        OwnDelays(plan, input: input.granted, output: output.granted)
    }

    /// Tests whether a peer hears this station now: `heard`, or why not; nil before the peer's
    /// first report.
    func hearsNow(_ peer: Int) -> String? {
        switch switchboard.hearsNow(peer, at: now) {
        case .heard: "heard"
        case .unheard(let obstacle): HeardBy.Reason(obstacle).rawValue
        case nil: nil
        }
    }
}

/// The delays of this station's microphone, coder and loudspeaker, in ms.
struct OwnDelays: Equatable {
    /// The time to fill a frame, and to remove echo and noise.
    let input: Double
    let codec: Double
    let output: Double

    /// - Parameters:
    ///   - plan: The settings for both cards and for the sound.
    ///   - input: The parameters that the microphone's card has granted.
    ///   - output: The parameters that the speaker's card has granted.
    init(_ plan: MediaPlan, input: PCMParameters? = nil, output: PCMParameters? = nil) {
        let perMs = 48.0
        let frame = max(input?.periodSamples ?? plan.sound.periodSamples, plan.sound.frameSamples)
        let chain = plan.capture.delaySamples(blockSamples: plan.captureBlock)
        self.input = Double(frame + chain) / perMs
        // Opus looks 6.5 ms ahead for SILK, 2.5 ms without (measured).
        codec = plan.sound.mode == .lowDelay ? 2.5 : 6.5
        let queued = output?.fillSamples ?? plan.sound.periodSamples * plan.sound.periods
        self.output = Double(queued) / perMs
    }
}

/// Figures from one peer's counters, once a second: bytes a second, and concealed sound.
struct PeerFigures {
    /// One second in which the peer's voice was played.
    private struct Second {
        var played: UInt64 = 0
        var concealed: UInt64 = 0
    }

    private(set) var sentPerSecond = 0
    private(set) var openedPerSecond = 0
    private var sent: UInt64?
    private var opened: UInt64 = 0
    private var played: UInt64 = 0
    private var concealed: UInt64 = 0
    /// The newest seconds of the peer's talk.
    private var talk: [Second] = []

    private static let kept = 10
    private static let samplesPerMs: UInt64 = 48

    /// Takes the counters of this moment, `milliseconds` after the previous ones.
    mutating func update(
        sent: UInt64, opened: UInt64, playedSamples: UInt64, concealedMs: UInt64,
        milliseconds: Int
    ) {
        let isFirst = self.sent == nil
        let before = self.sent ?? sent
        defer {
            (self.sent, self.opened) = (sent, opened)
            (played, concealed) = (playedSamples, concealedMs)
        }
        guard !isFirst, milliseconds > 0 else { return }
        sentPerSecond = Int(sent &- before) * 1000 / milliseconds
        openedPerSecond = Int(opened &- self.opened) * 1000 / milliseconds
        let second = Second(
            played: (playedSamples &- played) / Self.samplesPerMs,
            concealed: concealedMs &- concealed)
        guard second.played > 0 else { return }
        if talk.count == Self.kept { talk.removeFirst() }
        talk.append(second)
    }

    /// The concealed share of the last 10 s of the peer's talk; nil before the peer has talked.
    var concealedPercent: Double? {
        var (played, concealed): (UInt64, UInt64) = (0, 0)
        for second in talk {
            played += second.played
            concealed += second.concealed
        }
        guard played > 0 else { return nil }
        return min(100, Double(concealed) * 100 / Double(played))
    }
}

/// The sound that is heard and played now.
extension Snapshot {
    /// The readings of the meters, without any sound itself.
    var levels: Levels {
        var levels = Levels()
        levels.name = config.station.name
        levels.microphone = microphoneStatus
        levels.speaker = speakerMeter
        for peer in directory.numbers where switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: peers[peer].traffic[.meter])
            var talker = Levels.Talker()
            talker.name = directory[peer].name
            (talker.peakDBFS, talker.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
            levels.talkers.append(talker)
        }
        return levels
    }

    var microphoneStatus: Status.Microphone {
        var microphone = Status.Microphone()
        microphone.isOpen = isTalking
        microphone.targets = talkedTo
        if isTalking {
            microphone.bitrate = Int(media[.bitrate])
            microphone.levelDBFS = -Double(media[.microphoneLevel]) / 10
        }
        let snr = media[.signalToNoise]
        if snr > 0 { microphone.snrDB = Double(snr - 1) / 10 }
        microphone.meter = microphoneMeter
        return microphone
    }

    /// The same for every caller, however often it asks: no level of a muted microphone, and only a
    /// slow level of a closed one.
    private var microphoneMeter: Status.Meter {
        guard !isTalking else {
            let isOn = isCapturing && !state.isMicrophoneMuted
            return meter(.microphoneMeter, .microphoneClips, isOn: isOn)
        }
        var meter = Status.Meter()
        meter.clips = Int(closedMicrophone.clips)
        guard isCapturing, !state.isMicrophoneMuted else { return meter }
        meter.rmsDBFS = tenths(closedMicrophone.reading.rms)
        return meter
    }

    var speakerMeter: Status.Meter {
        let isPlaying = output.isOpen && switchboard.still[.playback] == nil
        return meter(.speakerMeter, .speakerClips, isOn: isPlaying)
    }

    private func meter(_ reading: MediaCount, _ clips: MediaCount, isOn: Bool) -> Status.Meter {
        var meter = Status.Meter()
        meter.clips = Int(media[clips])
        guard isOn else { return meter }
        let reading = LevelMeter.Reading(packed: media[reading])
        (meter.peakDBFS, meter.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        return meter
    }

    /// The targets of the open talks: names of channels and peers, each once.
    var talkedTo: [String] {
        let fixed = zip(routing.targets, routing.names)
            .filter { talkingSince[$0.0.id] != nil }.map { $0.1 }
        let aimed = TalkTarget.aimed.filter { talkingSince[$0.id] != nil }
            .compactMap { name(of: $0.id) }
        return fixed + aimed.filter { !fixed.contains($0) }
    }

    func name(of target: Int) -> String? {
        routing.name(of: target, aimedBy: switchboard.aims, directory)
    }
}

/// Rounds to one decimal place.
func tenths(_ number: Double) -> Double {
    Double(Int(number < 0 ? number * 10 - 0.5 : number * 10 + 0.5)) / 10
}
