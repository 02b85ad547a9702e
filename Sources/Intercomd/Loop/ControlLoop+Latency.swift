internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
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
