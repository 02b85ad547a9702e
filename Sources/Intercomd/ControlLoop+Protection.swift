internal import Audio
internal import HAL
internal import Session
internal import Station
internal import Time
internal import Wire

/// From what listeners report to what is laid into their packets.
extension ControlLoop {
    /// A report is acted on when the round trip that was asked for with it is known, so that it
    /// is known too whether the loss goes with a queue; the next report waits no longer.
    mutating func reported(_ peer: Int, _ report: Report) {
        if let waiting = view.peers[peer].report { protect(peer, waiting) }
        view.peers[peer].report = report
    }

    /// The peer has answered: how long that took tells of queues on the way.
    mutating func measured(_ peer: Int) {
        guard let roundTrip = station.view(of: peer).roundTrip else { return }
        view.peers[peer].redundancy.add(roundTrip: roundTrip, at: now)
        if let waiting = view.peers[peer].report { protect(peer, waiting) }
    }

    private mutating func protect(_ peer: Int, _ report: Report) {
        view.peers[peer].report = nil
        let before = view.peers[peer].redundancy.choice
        view.peers[peer].redundancy.report(loss256: report.loss, burst8: report.burst, at: now)
        let choice = view.peers[peer].redundancy.choice
        if choice != before { rings.tell(.protect(peer: peer, choice)) }
    }

    /// Nothing is known of any way yet, or frames are others than before.
    mutating func protectAnew() {
        let isWireless = WirelessInterface.all().contains { $0.isUp != false }
        for peer in view.peers.indices { protectAnew(peer, isWireless: isWireless) }
    }

    /// Nothing is known of the way to this peer yet.
    mutating func protectAnew(_ peer: Int, isWireless: Bool) {
        view.peers[peer].report = nil
        view.peers[peer].redundancy = Redundancy(
            frameSamples: plan.sound.frameSamples, frameSize: plan.frameSize,
            rooms: AudioPacket.roomMin...AudioPacket.roomMax, depthMin: isWireless ? 1 : 0)
        rings.tell(.protect(peer: peer, view.peers[peer].redundancy.choice))
    }
}
