package import Station
package import Time
package import Wire

/// What listeners hear of this station's own talk.
extension Switchboard {
    /// What the talk is judged by.
    package var surroundings: Surroundings {
        var around = Surroundings()
        around.peers = peers
        around.up = presence.peers(.up)
        around.down = presence.peers(.down)
        around.cutOff = downWatch.cutOff
        around.silence = microphoneSilence
        around.silentSince = microphoneWatch.silentSince(isStill: isMicrophoneStill)
        around.frameSamples = protection.frames.samples
        around.hasPermitTone = hasPermitTone
        return around
    }

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

    /// A second has passed: a listener may have stopped reporting.
    package mutating func followSilentListeners(at now: Instant) {
        self.now = now
        ownTalks.followSilentListeners(surroundings, at: now, &orders)
    }

    /// Whether a peer hears what is said to it now; nil until it has said.
    ///
    /// `isHeld` says whether a program holds a talk to the peer open.
    package func hearsNow(_ peer: Int, isHeld: Bool, at now: Instant) -> NowHeard? {
        ownTalks.hearsNow(peer, isHeld: isHeld, surroundings, at: now)
    }

    /// The network or the microphone of this station went, or came, or a peer went.
    mutating func judgeAnew() { ownTalks.judgeAnew(surroundings, at: now, &orders) }
}
