internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// New settings, without a gap in the sound.
///
/// Everything that is in both settings goes on: a talk key keeps its state, a talkspurt its
/// numbers, a peer its session. Nothing is allocated or freed.
extension MediaLoop {
    mutating func adopt(_ box: consuming Box<MediaChange>) {
        adopt(&box.value)
        rings.notify(.adopted)
        rings.handBack(.change(box))
    }

    private mutating func adopt(_ change: inout MediaChange) {
        // Its place means another target.
        endTrial()
        endLostTargets(change)
        swap(&plan, &change.plan)
        cards.keepsCapturing = plan.keepsCapturing
        cards.period = plan.periodNanoseconds
        swap(&talks.spurts, &change.spurts)
        swap(&talkKeys.virtual, &change.virtualKeys)
        for place in talks.spurts.indices {
            guard let former = change.formerTargets[place] else { continue }
            swap(&talks.spurts[place], &change.spurts[former])
            swap(&talkKeys.virtual[place], &change.virtualKeys[former])
            talkKeys.virtual[place].change(to: plan.virtualKeys[place])
            // An aimed target keeps the listeners it was aimed at.
            guard !plan.targets[place].isAimed else { continue }
            talks.spurts[place].listeners = plan.targets[place].listeners
        }
        talkKeys.adopt(&change, plan, loop)
        if plan.cover != .spurt { talks.stopTails(at: now) }
        talks.isFrameSizeDue = true
        cards.hasOtherWork = talkKeys.count > 0 || announcement.isOn || talks.hasTail
        changeSound(&change)
        obeyShedding()
        for target in talks.spurts.indices { updateGate(target) }
        receiver.intake.adopt(period: plan.periodNanoseconds)
        receiver.strayIntake.adopt(period: plan.periodNanoseconds)
        // A tail that has gone kept the microphone's card running.
        if !talks.isTalking, !talks.hasTail { cards.restCapture(loop, at: now) }
    }

    /// Ends a talkspurt whose target is gone, and tells its listeners.
    private mutating func endLostTargets(_ change: borrowing MediaChange) {
        for target in talks.spurts.indices where !change.formerTargets.contains(target) {
            let wasTalking = talks.spurts[target].isTalking
            endAtOnce(target)
            guard wasTalking || talks.spurts[target].owesEnd else { continue }
            let listeners = talks.spurts[target].listeners
            talks.sendEnd(of: target, to: listeners, plan, by: &socket, at: now)
        }
    }

    private mutating func changeSound(_ change: inout MediaChange) {
        let frameSamples = talks.encoder.frameSamples
        if change.exchangeEncoder(&talks.encoder) {
            socket.frameSize = talks.encoder.frameSize
            if talks.encoder.frameSamples != frameSamples {
                // Numbers of the old frames mean nothing to the new ones; a key still held begins
                // another talkspurt.
                talks.capturedSamples = 0
                for target in talks.spurts.indices { endAtOnce(target) }
                capturePath.change(frameSamples: talks.encoder.frameSamples)
            }
            // Its frames have another size than those that wait, which are encoded again.
            var first = capturePath.microphone.captured
            for target in talks.spurts.indices where talks.spurts[target].isTalking {
                first = min(first, talks.spurts[target].nextFrame)
            }
            talks.frames.begin(at: max(first, capturePath.microphone.oldest))
            talks.isFrameSizeDue = true
        }
        capturePath.exchangeChain(&change)
        if change.hasVoices {
            talkers.releaseAll(at: now)
            change.exchangeVoices(&talkers.slots)
        }
        if change.changesRest { startCards() }
    }
}
