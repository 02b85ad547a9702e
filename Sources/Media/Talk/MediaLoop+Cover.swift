internal import Audio
internal import Station

/// What goes out so that nobody sees when somebody speaks (`Cover`).
extension MediaLoop {
    /// Whether packets are due that carry nothing.
    var isCovering: Bool { mutating get { plan.cover == .constant || talks.hasTail } }

    /// Encodes the frames that wait, and sends each peer its packet of each frame time.
    mutating func talkCovered() {
        if talks.isFrameSizeDue, !talks.isTalking { talks.chooseFrameSize(plan, for: &socket) }
        if talks.isTalking, !talks.encodeWaiting(from: capturePath.microphone) {
            hasBacklog = true
        }
        talks.sendEnds(plan, by: &socket, at: now)
        while talks.pace.take(frameSamples: plan.sound.frameSamples) {
            talks.unserved = socket.reachable
            talks.sendNext(plan, by: &socket, at: now)
            if announcement.isOn { _ = sendAnnounced() }
            socket.fill(talks.unserved ?? [], at: now)
            if talks.pace.hasExtra { socket.fill(socket.reachable, at: now) }
        }
        talks.unserved = nil
        followEnds()
    }
}
