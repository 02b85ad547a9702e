internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// From the frames of the microphone to the wire (`Talks`, `DataSocket`).
extension MediaLoop {
    /// Opens the microphone for a target: its talkspurt begins with the pre-roll.
    mutating func beginTalk(_ target: Int) {
        guard cards.capture.isOpen, !isQuiet else { return }
        if let other = trial.target, other != target { endTrial() }
        let isCall = target == plan.call
        let isKept = target == plan.message
        // A message and a talk have not a word of each other.
        guard !isKept || !talks.isTalking || talks.spurts[target].isTalking else { return }
        let endsMessage = !isKept && talks.spurts[plan.message].isTalking
        // Without a pre-roll: the person spoke neither to the caller yet nor after the tone.
        let start =
            isCall || isKept || endsMessage
            ? capturePath.microphone.captured
            : max(
                capturePath.prerollStart(plan.prerollFrames),
                talks.spurts[plan.message].nextFrame)
        guard talks.begin(target, at: start, hasRested: !cards.isCapturing) else { return }
        if isCall { duplex.callBegins() }
        let listeners = talks.spurts[target].listeners
        // The tone before a message says that it is kept.
        let prospect: DataSocket.Prospect =
            isKept
            ? .heard
            : socket.prospect(
                of: listeners, isMicrophoneSilent: volumes.isMicrophoneSilent, at: now)
        // First: where the card does not start, the end of it follows.
        rings.notify(
            .talking(
                target: plan.targets[target].id, first: talks.spurts[target].sequence,
                isDoubted: prospect == .doubted))
        if endsMessage { endAtOnce(plan.message) }
        wakeCapture()
        hasBacklog = true
        talks.openedAt = trial.target == nil && !isKept ? now : nil
        if plan.hasPermitTone || isKept, trial.target == nil, !isCall { tones.play(prospect) }
    }

    /// Closes it: the frame being captured is the talkspurt's last.
    mutating func closeTalk(_ target: Int) {
        guard talks.spurts[target].phase == .talking else { return }
        // A card that sleeps never delivers that frame.
        if cards.capture.watch.isStill { return endAtOnce(target) }
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

/// A tone trial: sweeps go out in place of the microphone, which listens for them meanwhile.
struct TrialTone: ~Copyable {
    /// The talk target it is sent to, by its place.
    var target: Int?
    /// The next place of it to be sent.
    var place = 0
    /// All of it is sent, and its key let go.
    var isReleased = false
    private let sweep: FixedArray<Int16>

    init() {
        let samples = ToneTrial().samples
        sweep = FixedArray(count: samples.count) { samples[$0] }
    }

    /// Lays the next samples over what was captured; silence after the end.
    mutating func lay(over samples: inout MutableSpan<Int16>) {
        for index in samples.indices {
            let place = ToneTrial.sweepPlace(at: place + index)
            samples[index] = place.map { sweep[$0] } ?? 0
        }
        place += samples.count
    }
}

extension MediaLoop {
    /// Begins to send the trial to a target; it ends at once during a talk or without a microphone.
    mutating func beginTrial(_ target: Int) {
        guard cards.capture.isOpen, !cards.capture.watch.isStill, !isQuiet, !talks.isTalking,
            trial.target == nil
        else {
            return rings.notify(.trialEnded)
        }
        // Nothing said before it goes out with it.
        capturePath.breakOff()
        trial.target = target
        trial.place = 0
        trial.isReleased = false
        act(on: talkKeys.virtual[target].handle(.level(isDown: true), at: now), target: target)
    }

    /// Lets the key go when all is sent, and the microphone again when nothing more is.
    mutating func followTrial() {
        guard let target = trial.target else { return }
        // A card that sleeps would never reach the end.
        if cards.capture.watch.isStill { return endTrial() }
        if !trial.isReleased, trial.place >= ToneTrial.count || !cards.capture.isOpen {
            trial.isReleased = true
            act(on: talkKeys.virtual[target].handle(.level(isDown: false), at: now), target: target)
            talkKeys.virtualMoved(at: now)
        }
        // The tail after the key is not the room's either.
        if !talks.spurts[target].isTalking { endTrial() }
    }

    /// The trial is over, or someone wants to talk: the microphone is the room's again.
    ///
    /// Its talkspurt ends at once, without a tail: the listener was to hear tones, not the room.
    /// If a key of the same target is down meanwhile, another talkspurt begins.
    mutating func endTrial() {
        guard let target = trial.target else { return }
        trial.target = nil
        talkKeys.virtual[target] = TalkKey(plan.virtualKeys[target], isDown: false)
        endAtOnce(target)
        capturePath.breakOff()
        updateGate(target)
        rings.notify(.trialEnded)
    }
}
