internal import Audio
internal import HAL
internal import Realtime
internal import Station

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
        guard cards.hasCapture, !cards.clock.capture.isStill, !isQuiet, !talks.isTalking,
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
        if cards.clock.capture.isStill { return endTrial() }
        if !trial.isReleased, trial.place >= ToneTrial.count || !cards.hasCapture {
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
