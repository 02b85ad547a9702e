internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// Other settings, without a gap in what goes on.
///
/// What is the same before and after keeps all it has: a talk key its state, a talkspurt its
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
        swap(&spurts, &change.spurts)
        swap(&virtualKeys, &change.virtualKeys)
        swap(&keys, &change.keys)
        for place in spurts.indices {
            guard let former = change.formerTargets[place] else { continue }
            swap(&spurts[place], &change.spurts[former])
            swap(&virtualKeys[place], &change.virtualKeys[former])
            virtualKeys[place].change(to: plan.virtualKeys[place])
            // Those of an aimed one stay whom it was aimed at.
            guard !plan.targets[place].isAimed else { continue }
            spurts[place].listeners = plan.targets[place].listeners
        }
        cards.hasOtherWork = keys.count > 0 || isAnnouncing
        for place in keys.indices { takeOver(key: place, &change) }
        unwatchLeftLines(change)
        changeSound(&change)
        obeyShedding()
        for target in spurts.indices { updateGate(target) }
        receiver.intake.adopt(period: plan.periodNanoseconds)
    }

    /// A talkspurt to someone who is no target any more ends here, and is said to have.
    private mutating func endLostTargets(_ change: borrowing MediaChange) {
        for target in spurts.indices where !change.formerTargets.contains(target) {
            let wasTalking = spurts[target].isTalking
            endAtOnce(target)
            guard wasTalking || spurts[target].endsLeft > 0 else { continue }
            sendSpurtEnd(of: target)
        }
    }

    /// Gives a key the line it is read from, and if it means the same, all it was about to do.
    private mutating func takeOver(key place: Int, _ change: inout MediaChange) {
        guard let former = change.formerKeys[place] else { return }
        // The old settings have changed places with the new ones.
        let old = change.plan.keys[former]
        let new = plan.keys[place]
        let oldTarget = change.plan.id(ofTarget: old.target)
        let isSame =
            old.settings.mode == new.settings.mode && oldTarget == plan.id(ofTarget: new.target)
            && old.meaning.hasTalk(of: new.meaning)
        if isSame {
            swap(&keys[place], &change.keys[former])
            var target = new.target
            if new.meaning.isReply, let aimed = keys[place].target {
                target = change.formerTargets.firstIndex(of: aimed)
            }
            keys[place].change(
                to: new.settings, target: target, meaning: new.meaning, vox: new.vox)
        } else {
            // Held down now, it does not talk to someone else: it must be let go first.
            keys[place].takeLine(of: &change.keys[former], new.settings)
        }
        guard let fd = keys[place].descriptor else { return }
        try? loop.modify(fd: fd, events: EventLoop.readable, token: Token.key + UInt32(place))
    }

    /// Lines that no key is read from any more go back with the change, and are closed there.
    private mutating func unwatchLeftLines(_ change: borrowing MediaChange) {
        for place in change.keys.indices {
            if let fd = change.keys[place].descriptor { try? loop.remove(fd: fd) }
        }
    }

    private mutating func changeSound(_ change: inout MediaChange) {
        let frameSamples = encoder.frameSamples
        if change.exchangeEncoder(&encoder) {
            sender.frameSize = encoder.frameSize
            if encoder.frameSamples != frameSamples {
                // Numbers of the old frames mean nothing to the new ones; a key still held begins
                // another talkspurt.
                for target in spurts.indices { endAtOnce(target) }
                microphone.change(frameSamples: encoder.frameSamples)
            }
            // Its frames have another size than those that wait, which are encoded again.
            var first = microphone.captured
            for target in spurts.indices where spurts[target].isTalking {
                first = min(first, spurts[target].nextFrame)
            }
            encoded.begin(at: max(first, microphone.oldest))
            isFrameSizeDue = true
        }
        change.exchangeChain(&chain, &reference)
        if change.hasVoices {
            talkers.releaseAll(at: now)
            change.exchangeVoices(&talkers.slots)
        }
        if change.changesRest { startCards() }
    }
}
