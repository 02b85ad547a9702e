internal import Audio
internal import Realtime
internal import Station
internal import Time

/// From the frames of the microphone to the wire (`Talks`, `DataSocket`).
extension MediaLoop {
    /// Opens the microphone for a target: its talkspurt begins with the pre-roll.
    mutating func beginTalk(_ target: Int) {
        guard cards.hasCapture, !isQuiet else { return }
        if let other = trial.target, other != target { endTrial() }
        let isCall = target == plan.call
        // A call sends no pre-roll: the person did not speak to the caller yet.
        let start =
            isCall ? capturePath.microphone.captured : capturePath.prerollStart(plan.prerollFrames)
        guard talks.begin(target, at: start, hasRested: !cards.isCapturing) else { return }
        if isCall { duplex.callBegins() }
        let listeners = talks.spurts[target].listeners
        let prospect = socket.prospect(
            of: listeners, isMicrophoneSilent: volumes.isMicrophoneSilent, at: now)
        // First: where the card does not start, the end of it follows.
        rings.notify(
            .talking(
                target: plan.targets[target].id, first: talks.spurts[target].sequence,
                isDoubted: prospect == .doubted))
        wakeCapture()
        hasBacklog = true
        talks.openedAt = trial.target == nil ? now : nil
        if plan.hasPermitTone, trial.target == nil, !isCall { tones.play(prospect) }
    }

    /// Closes it: the frame being captured is the talkspurt's last.
    mutating func closeTalk(_ target: Int) {
        guard talks.spurts[target].phase == .talking else { return }
        // A card that sleeps never delivers that frame.
        if cards.clock.capture.isStill { return endAtOnce(target) }
        talks.spurts[target].phase = .closing(last: capturePath.microphone.captured)
    }

    /// Ends a talkspurt without a last frame, when there is no microphone to take it from.
    mutating func endAtOnce(_ target: Int) {
        guard talks.spurts[target].isTalking else { return }
        if target == plan.announcement { return finishAnnouncement() }
        talks.end(target, plan, at: now)
        followEnds()
    }

    /// The effects of a talk's end on this station, beside the last packets.
    mutating func followEnds() {
        guard talks.takeEnd() else { return }
        duplex.talkEnded(at: now, rxHold: plan.rxHold)
        // What hides the end goes out at its pace.
        if !talks.isTalking, !talks.hasTail { cards.restCapture(loop, at: now) }
        if talks.hasTail { giveTimerWork() }
    }

    /// Encodes the frames that wait and sends each target what it lacks.
    mutating func talk() {
        talks.capturedSamples = capturePath.microphone.capturedSamples
        // All encoded frames go out first, those of the pre-roll too: only then may the frame size
        // change, because a packet holds frames of one size.
        if talks.isTalking, !talks.isFrameSizeDue || sendWaiting() {
            if talks.isFrameSizeDue, talks.isTalking || announcement.isOn {
                talks.chooseFrameSize(plan, for: &socket)
            }
            if !talks.encodeWaiting(from: capturePath.microphone) { hasBacklog = true }
            _ = sendWaiting()
        }
        talks.sendEnds(plan, by: &socket, at: now)
        guard talks.hasTail else { return }
        if !talks.sendTails(plan, by: &socket, at: now) { hasBacklog = true }
        guard !talks.hasTail else { return }
        if !talks.isTalking { cards.restCapture(loop, at: now) }
        giveTimerWork()
    }

    private mutating func sendWaiting() -> Bool {
        let isDone = talks.sendWaiting(plan, by: &socket, at: now)
        if !isDone { hasBacklog = true }
        followEnds()
        return isDone
    }
}
