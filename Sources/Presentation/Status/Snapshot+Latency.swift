internal import Config
package import Control
internal import HAL
internal import Media
internal import Station
internal import Time

/// The parts of the way to a peer, as far as they are known without a tone.
extension Snapshot {
    /// What is known without a tone.
    package func latency(to peer: Int) -> Latency {
        var latency = Latency()
        let status = peerStatus(peer)
        latency.peer = status.name
        let press = media[.keyToPacket]
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

    /// Why no tone can be tried now; nil where one can be.
    package func latencyObstacle(to peer: Int) -> String? {
        guard input.isOpen else {
            return input.error?.description ?? "there is no microphone to listen with"
        }
        guard !state.isMicrophoneMuted else {
            return "the microphone is muted: intercomctl unmute mic"
        }
        if surroundings.cutOff.contains(peer) { return HeardBy.Reason.noNetwork.words }
        if switchboard.presence.reach(of: peer) == .down { return "\(roster[peer].name) is down" }
        if switchboard.openTalks.isAny {
            return "the microphone is in use: try again when it is closed"
        }
        return nil
    }
}
