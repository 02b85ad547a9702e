internal import Audio
internal import Station

/// What goes out so that nobody sees when somebody speaks (`Cover`).
extension MediaLoop {
    /// Whether packets are due that carry nothing.
    var isCovering: Bool { mutating get { plan.cover == .constant || talks.hasTail } }

    /// Sends each peer its packet of each frame time that is over.
    ///
    /// It comes first in a turn and encodes nothing: sound that was encoded in the turn before, and
    /// cover where there is none, leave at the same time behind the tick of the card.
    mutating func sendCovered() {
        while talks.pace.take(frameSamples: plan.sound.frameSamples) {
            let isLast = talks.sendCovered(plan, and: &announcement, by: &socket, at: now)
            if isLast { finishAnnouncement() }
            if talks.pace.hasExtra { socket.fill(socket.reachable, at: now) }
        }
        followEnds()
    }
}
