package import Station
package import Time
package import Wire

/// What listeners hear of this station's own talk.
extension Switchboard {
    /// What is around the talk from now on; what follows is judged by it.
    package mutating func know(_ surroundings: Surroundings) { self.surroundings = surroundings }

    /// The microphone opened for a target, or an announcement began.
    ///
    /// - Returns: The number of the talkspurt, which its outcome bears.
    package mutating func talkspurtBegan(_ start: TalkspurtStart, at now: Instant) -> Int {
        self.now = now
        return ownTalks.began(start, surroundings, at: now, &orders)
    }

    /// Others hear the target as well from now on.
    package mutating func listenersJoined(_ target: Int, by others: PeerSet, at now: Instant) {
        self.now = now
        ownTalks.joined(target, by: others, at: now)
    }

    /// A talkspurt is over, so many frames of it were sent.
    package mutating func talkspurtEnded(_ target: Int, frames: Int, at now: Instant) {
        self.now = now
        ownTalks.ended(target, frames: frames, at: now)
    }

    /// A listener has reported on our sound, and told beside it what of that was heard.
    package mutating func reported(
        _ report: Report, _ heard: Heard?, by peer: Int, at now: Instant
    ) {
        self.now = now
        ownTalks.reported(report, heard, by: peer, surroundings, at: now, &orders)
    }

    /// A listener tells, without a report, whether it hears us at this moment.
    package mutating func toldHeard(_ heard: Heard, by peer: Int, at now: Instant) {
        self.now = now
        ownTalks.told(heard, by: peer, surroundings, at: now, &orders)
    }

    /// Tells what was heard of talkspurts whose last reports are in.
    ///
    /// Call it at `deadline`, when all that happened until then is known: it may be why nothing was
    /// heard.
    package mutating func tellOutcomes(at now: Instant) {
        self.now = now
        ownTalks.tick(surroundings, at: now, &orders)
    }

    /// A second has passed: a listener may have stopped reporting.
    package mutating func followSilentListeners(at now: Instant) {
        self.now = now
        ownTalks.followSilentListeners(surroundings, at: now, &orders)
    }

    /// The network or the microphone of this station went, or came, or a peer went.
    package mutating func judgeAnew(at now: Instant) {
        self.now = now
        ownTalks.judgeAnew(surroundings, at: now, &orders)
    }

}
