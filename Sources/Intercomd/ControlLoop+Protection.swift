internal import Audio
internal import HAL
internal import Media
internal import Station
internal import Time
internal import Wire

/// From what listeners report to what is laid into their packets.
extension ControlLoop {
    mutating func reported(_ peer: Int, _ report: Report) {
        let before = view.peers[peer].protection.redundancy.choice
        view.peers[peer].protection.reported(report, at: now)
        let choice = view.peers[peer].protection.redundancy.choice
        if choice != before { rings.tell(.protect(peer: peer, choice)) }
    }

    /// The peer has answered: how long that took tells of queues on the way.
    mutating func measured(_ peer: Int) {
        guard let roundTrip = station.view(of: peer).roundTrip else { return }
        let before = view.peers[peer].protection.redundancy.choice
        view.peers[peer].protection.measured(roundTrip, at: now)
        let choice = view.peers[peer].protection.redundancy.choice
        if choice != before { rings.tell(.protect(peer: peer, choice)) }
    }

    /// Nothing is known of any way yet, or frames are others than before.
    mutating func protectAnew() {
        let isWireless = WirelessInterface.all().contains { $0.isUp != false }
        for peer in view.peers.indices { protectAnew(peer, isWireless: isWireless) }
    }

    /// Nothing is known of the way to this peer any more; over the air or not, as before if not
    /// told.
    mutating func protectAnew(_ peer: Int, isWireless: Bool? = nil) {
        let wasWireless = view.peers[peer].protection.redundancy.depthMin > 0
        view.peers[peer].protection = Protection(
            frameSamples: plan.sound.frameSamples, frameSize: plan.frameSize,
            frameSizeRepeated: plan.frameSizeRepeated, isWireless: isWireless ?? wasWireless)
        let choice = view.peers[peer].protection.redundancy.choice
        rings.tell(.protect(peer: peer, choice))
    }
}
