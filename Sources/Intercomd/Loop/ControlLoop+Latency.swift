internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time

/// `intercomctl test latency`: the parts of the way to a peer's ear, and a tone that goes it.
extension ControlLoop {
    /// Begins a trial for a caller, who is answered when it is over.
    ///
    /// - Returns: the answer where it can be given at once.
    mutating func beginLatencyTrial(_ name: String, for caller: CallerTicket) -> Reply? {
        guard let peer = roster.number(named: name),
            let target = routing.target(named: name)
        else {
            return unknownPeer(name)
        }
        guard !meters.isTrying else {
            return .refused(ControlError(.failed, "another test is under way: try again in 5 s"))
        }
        if let problem = latencyObstacle(peer) {
            var latency = knownLatency(to: peer)
            latency.problem = problem
            return .latency(latency)
        }
        meters.begin(LatencyTrial(caller: caller, peer: peer, at: now))
        lookAtMeters()
        rings.tell(.trial(target: target.id))
        return nil
    }

    /// Why no tone can be tried.
    private func latencyObstacle(_ peer: Int) -> String? {
        let name = roster[peer].name
        if !devices.cards.input.isOpen {
            return devices.cards.input.error?.description ?? "there is no microphone to listen with"
        }
        if switchboard.presence.reach(of: peer) == .down { return "\(name) is down" }
        if switchboard.openTalks.isAny {
            return "the microphone is open for somebody: try again when it is not"
        }
        return nil
    }

    /// The trial is over: its caller is told what came of it.
    mutating func endLatencyTrial() {
        guard let trial = meters.endTrial(rings) else { return }
        let latency = trial.found(knowledge: knownLatency(to: trial.peer))
        server.replyLate(.latency(latency), to: trial.caller, at: now)
    }

    /// What is known without a tone.
    private func knownLatency(to peer: Int) -> Latency {
        var latency = Latency()
        let status = peerStatus(peer)
        latency.peer = status.name
        let press = rings.counters[.keyToPacket]
        if press > 0 { latency.keyToPacketMilliseconds = Double(press / 10_000) / 100 }
        let debounces = config.buttons.map { Double($0.debounce.milliseconds) }
        latency.debounceMilliseconds = debounces.max()
        let own = ownDelays
        (latency.inputMilliseconds, latency.codecMilliseconds) = (own.input, own.codec)
        latency.outputMilliseconds = own.output
        latency.networkMilliseconds = status.rttMilliseconds.map { $0 / 2 }
        latency.bufferThereMilliseconds = status.report.bufferMilliseconds
        latency.bufferHereMilliseconds = status.bufferMilliseconds
        if let network = latency.networkMilliseconds,
            let buffer = latency.bufferThereMilliseconds
        {
            latency.estimateMilliseconds =
                own.input + own.codec + network + buffer + own.output
        }
        return latency
    }
}
