internal import Config
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Wire

/// How packets get to each peer, and what this station passes on.
extension Snapshot {
    func addPath(of peer: Int, _ state: PeerState, to status: inout PeerStatus) {
        status.isForwarded = plan.forwards.contains(peer)
        status.forwardedBytes = Int(peers[peer].traffic[.forwardedBytes])
        guard status.state != .down else { return }
        if let forwarder = state.forwarder {
            let name = directory[forwarder].name
            status.path = .forwarded
            status.forwarder = name
            status.pathReason =
                switch state.addressCount {
                case _ where !state.hasPath: "\(name) is down, and there is no other path"
                case 0: "no address of it is known here"
                case 1: "its one address does not answer"
                default: "none of its \(state.addressCount) addresses answers"
                }
        } else if state.hasPath {
            status.path = .direct
        }
    }

    /// `at 192.0.2.1:5577`, or `by relay` where packets come through that peer.
    func words(for place: Endpoint) -> String {
        place.way.map { "by \(directory[$0.forwarder].name)" } ?? "at \(SocketAddress(place))"
    }
}
