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
            return .refused(.unknownPeer(name, roster))
        }
        guard !meters.isTrying else {
            return .refused(ControlError(.failed, "another test is under way: try again in 5 s"))
        }
        if let problem = latencyObstacle(peer) {
            var latency = snapshot().latency(to: peer)
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
        let latency = trial.found(knowledge: snapshot().latency(to: trial.peer))
        server.replyLate(.latency(latency), to: trial.caller, at: now)
    }
}
