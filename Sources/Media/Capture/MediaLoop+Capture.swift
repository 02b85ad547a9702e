internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// From the microphone's card to frames that can be sent (`CapturePath`).
extension MediaLoop {
    /// Takes the captured periods from the card.
    mutating func moveCapturedSound() {
        guard cards.isCapturing, cards.hasCapture else { return }
        switch capturePath.read(from: &cards) {
        case .samples(let count): useCaptured(count)
        case .wouldBlock: return
        case .xrun:
            rings.counters.add(.captureXruns)
            shedding.noteLateness(
                xrunAfter: now - cards.capturedAt, period: cards.capturePeriod)
            cards.clocks.captureBegins()
            skipLostSound()
            cards.moved(.capture, loop, at: now)
            if cards.isLinked { startCards() }
        case .suspended:
            fellAsleep(.capture)
        case .gone(let error):
            lost(.capture, error)
        }
    }

    /// The new samples are measured, silenced where they must be, improved, and kept in frames.
    private mutating func useCaptured(_ count: Int) {
        cards.moved(.capture, loop, at: now)
        cards.captured(count, at: now)
        shedding.noteLateness(captured: count, period: cards.capturePeriod)
        let before = capturePath.microphone.captured
        let trialPlace = trial.target == nil ? nil : trial.place
        let state: Meters.Microphone =
            volumes.isMicrophoneMuted ? .muted : talks.isTalking ? .open : .closed
        capturePath.measure(by: &meters, of: state, trialPlace: trialPlace, at: now, rings)
        capturePath.shut(by: &duplex, talks.talking, isUrgent: tones.isUrgent(at: now))
        capturePath.silence(isMuted: volumes.isMicrophoneMuted)
        if trialPlace != nil {
            capturePath.keep(&trial)
        } else if capturePath.chain.settings.isOff, !plan.hasVox {
            capturePath.keepAll()
        } else {
            capturePath.alignReference(&cards)
            while capturePath.improveBlock() { if plan.hasVox { followSpeech() } }
        }
        rings.counters.add(.framesCaptured, UInt64(capturePath.microphone.captured - before))
        pace(.capture, count)
    }

    /// The card stood still, and what was said meanwhile is lost: the talkspurts' numbers go on by
    /// as much.
    ///
    /// Numbers are time to a listener. Sound that came so much later by its number would look like
    /// a network that became so much slower.
    mutating func skipLostSound() {
        let lost = capturePath.microphone.framesLost(in: (now - cards.capturedAt).nanoseconds)
        capturePath.breakOff()
        capturePath.loseReference()
        cards.capturedAt = now
        talks.lose(lost, before: capturePath.microphone.captured)
    }

    /// Lets speech press the keys that it may.
    private mutating func followSpeech() {
        let speaker = capturePath.speaker
        for place in talkKeys.slots.indices where talkKeys.slots[place].isVoiceOperated {
            let isOpen = capturePath.detectSpeech(&talkKeys.slots[place].vox, speaker)
            if isOpen != talkKeys.slots[place].isDown { turn(place, isDown: isOpen, at: now) }
        }
    }

    /// The microphone is away, so no speech comes from it.
    mutating func silenceVoxes() {
        guard plan.hasVox else { return }
        for place in talkKeys.slots.indices where talkKeys.slots[place].isVoiceOperated {
            talkKeys.slots[place].vox.reset()
            if talkKeys.slots[place].isDown { turn(place, isDown: false, at: now) }
        }
    }
}
