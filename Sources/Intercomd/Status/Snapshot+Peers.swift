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

/// What is shown of each peer.
extension Snapshot {
    /// What `intercomctl peer list` shows.
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
        status.rttMilliseconds = station.view(of: peer).usualRoundTrip
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
        let refusals = station.refusals(of: peer)
        status.claimsRefused = Refusal.allCases.reduce(0) { $0 + Int(refusals[$1]) }
        // Sessions know nothing of the key of one that was put out.
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
        status.isTalking = peers[peer].isSounding
        status.sessionAgeSeconds = state.sessionSince.map { (now - $0).inSeconds }
        return status
    }

    /// The figures of `stats` in a peer's status.
    func addFigures(of peer: Int, to status: inout PeerStatus) {
        let traffic = peers[peer].traffic
        let figures = peers[peer].figures
        status.bytesSent = Int(traffic[.sentBytes])
        status.bytesOpened = Int(traffic[.openedBytes])
        status.sentPerSecond = figures.sentPerSecond
        status.openedPerSecond = figures.openedPerSecond
        status.concealedMilliseconds = Int(traffic[.concealedMs])
        status.concealedPercent = figures.concealedPercent
        if peers[peer].isSounding {
            let reading = LevelMeter.Reading(packed: traffic[.meter])
            (status.peakDBFS, status.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        }
        let known = station.view(of: peer)
        if let report = known.report, let at = known.reportAt {
            status.report.ageSeconds = (now - at).inSeconds
            status.report.lossPercent = Double(report.loss) * 100 / 256
            status.report.jitterMilliseconds = Double(report.jitter) / 10
            status.report.bufferMilliseconds = Double(report.delay)
            status.report.concealedMilliseconds = Double(report.concealed)
        }
        guard let roundTrip = status.rttMilliseconds, let buffer = status.bufferMilliseconds,
            let loss = status.concealedPercent
        else { return }
        let own = ownDelays
        let delay = own.input + own.codec + roundTrip / 2 + buffer + own.output
        let quality = EModel(delay: delay, loss: loss)
        status.quality.delayMilliseconds = tenths(delay)
        status.quality.rating = tenths(quality.rating)
        status.quality.mos = tenths(quality.mos * 10) / 10
    }

    /// What this station holds back; a peer is taken for alike.
    var ownDelays: OwnDelays {
        OwnDelays(plan, input: input.granted, output: output.granted)
    }

    /// Whether a peer hears what is said to it now: `heard`, or why not; nil until it has said.
    func hearsNow(_ peer: Int) -> String? {
        switch switchboard.hearsNow(peer, at: now) {
        case .heard: "heard"
        case .unheard(let obstacle): HeardBy.Reason(obstacle).rawValue
        case nil: nil
        }
    }
}

/// What microphone, coder and loudspeaker of this station hold back, in ms.
struct OwnDelays: Equatable {
    /// A frame has to be whole, and echo and noise are taken out of it.
    let input: Double
    let codec: Double
    let output: Double

    /// - Parameters:
    ///   - plan: What is wanted of both cards, and of the sound.
    ///   - input: What the microphone's card has granted.
    ///   - output: What the speaker's has.
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
