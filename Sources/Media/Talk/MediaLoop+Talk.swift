internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the microphone to the wire.
extension MediaLoop {
    /// Opens the microphone for a target: its talkspurt begins with the pre-roll.
    mutating func open(_ target: Int) {
        guard cards.hasCapture, !isQuiet else { return }
        if let other = trial.target, other != target { endTrial() }
        switch spurts[target].phase {
        case .talking: return
        case .closing:
            // Pressed again before the last frame left: the talkspurt goes on.
            spurts[target].phase = .talking
            return
        case .silent: break
        }
        // What was said before a call was taken is nobody's.
        let start = target == plan.call ? microphone.captured : prerollStart
        if !isTalking { beginEncoding(at: start) }
        if target == plan.call { duplex.callBegins() }
        // What it has heard already is not said again.
        spurts[target].begin(at: max(spurts[target].nextFrame, start, encoded.oldest))
        isFrameSizeDue = true
        // First: where the card does not start, the end of it follows.
        let prospect = prospect(of: target)
        rings.notify(
            .talking(
                target: plan.targets[target].id, first: spurts[target].sequence,
                isDoubted: prospect == .doubted))
        wakeCapture()
        hasBacklog = true
        openedAt = trial.target == nil ? now : nil
        permit(target, prospect)
    }

    /// Closes it: the frame being captured is the talkspurt's last.
    mutating func close(_ target: Int) {
        guard spurts[target].phase == .talking else { return }
        // Of a card that sleeps that frame never comes.
        if cards.clock.capture.isStill { return endAtOnce(target) }
        spurts[target].phase = .closing(last: microphone.captured)
    }

    /// Ends a talkspurt without a last frame, when there is no microphone to take it from.
    mutating func endAtOnce(_ target: Int) {
        guard spurts[target].isTalking else { return }
        ended(target)
    }

    /// Whether the microphone is open for anyone.
    var isTalking: Bool {
        for target in spurts.indices where target != plan.announcement {
            if spurts[target].isTalking { return true }
        }
        return false
    }

    /// The oldest frame of the pre-roll.
    private var prerollStart: Int {
        max(
            microphone.captured - plan.prerollFrames, microphone.unbroken, microphone.oldest,
            mute.firstFrame)
    }

    /// Starts at the oldest frame of the pre-roll, or where the last talkspurt stopped.
    private mutating func beginEncoding(at first: Int) {
        // What the encoder remembers is of another time; also where the microphone has rested.
        guard first > encoded.next || !cards.isCapturing else { return }
        encoder.reset()
        encoded.begin(at: first)
    }

    /// Takes the captured periods from the card.
    mutating func moveCapturedSound() {
        guard cards.isCapturing, cards.hasCapture else { return }
        var room = samples.mutableSpan
        switch cards.read(into: &room) {
        case .samples(let count): take(samples: count)
        case .wouldBlock: return
        case .xrun:
            rings.counters.add(.captureXruns)
            noteLateness(xrunAfter: now - cards.capturedAt, period: cards.capturePeriod)
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

    private mutating func take(samples count: Int) {
        cards.moved(.capture, loop, at: now)
        cards.captured(count, at: now)
        noteLateness(captured: count)
        let before = microphone.captured
        let trialPlace = trial.target == nil ? nil : trial.place
        meters.captured(
            samples.span.extracting(first: count), trialPlace: trialPlace, at: now, rings)
        let talking = talking
        var all = samples.mutableSpan
        var new = all._mutatingExtracting(first: count)
        duplex.shutMicrophone(&new, talking, isUrgent: tones.isUrgent(at: now))
        mute.apply(to: &new, isMuted: volumes.isMicrophoneMuted)
        if trialPlace != nil {
            layTrial(over: count)
        } else if chain.settings.isOff, !plan.hasVox {
            microphone.append(samples.span.extracting(first: count))
        } else {
            improve(samples: count)
        }
        rings.counters.add(.framesCaptured, UInt64(microphone.captured - before))
        pace(.capture, count)
    }

    /// The card stood still, and what was said meanwhile is lost: the talkspurts' numbers go on by
    /// as much.
    ///
    /// Numbers are time to whoever hears them. Sound that came so much later by its number would
    /// look like a network that became so much slower.
    mutating func skipLostSound() {
        let lost = microphone.framesLost(in: (now - cards.capturedAt).nanoseconds)
        microphone.breakOff()
        loseReference()
        cards.capturedAt = now
        for target in spurts.indices {
            spurts[target].lose(lost, before: microphone.captured)
        }
    }

    /// Encodes the frames that wait and sends each target what it lacks, at most `framesPerTurn`.
    mutating func talk() {
        // What is encoded goes out as it is, a pre-roll too, before frames change their size.
        if isTalking, !isFrameSizeDue || sendWaiting() {
            chooseFrameSize()
            encodeWaiting()
            _ = sendWaiting()
        }
        sendSpurtEnds()
    }

    /// False when some must wait for the next turn: a pre-roll to many would hold up the sound.
    private mutating func sendWaiting() -> Bool {
        var isDone = true
        for target in spurts.indices where target != plan.announcement {
            var left = Self.framesPerTurn
            while spurts[target].isTalking, let number = firstWaiting(for: target) {
                guard left > 0 else {
                    hasBacklog = true
                    isDone = false
                    break
                }
                left -= 1
                send(number, to: target)
            }
        }
        return isDone
    }

    private mutating func encodeWaiting() {
        if encoded.next < microphone.oldest {
            // The loop stood still for long: go on with what there is.
            encoder.reset()
            encoded.begin(at: microphone.oldest)
        }
        var left = Self.framesPerTurn
        while encoded.next < microphone.captured {
            guard left > 0 else {
                // The sound of the card comes first; then go on at once.
                hasBacklog = true
                return
            }
            left -= 1
            encoded.append(from: microphone, by: &encoder)
        }
    }

    /// The next frame for a target, if it is encoded.
    private func firstWaiting(for target: Int) -> Int? {
        let number = max(spurts[target].nextFrame, encoded.oldest)
        return number < encoded.next ? number : nil
    }

    /// Sends a target's next frame to everyone who hears it.
    private mutating func send(_ number: Int, to target: Int) {
        spurts[target].advance(to: number, lostMax: plan.lostFramesMax)
        var isLast = false
        if case .closing(let last) = spurts[target].phase { isLast = number >= last }
        sendToAll(number, of: target, isLast: isLast)
        rings.counters.add(.framesSent)
        if let pressed = openedAt {
            let took = (Clock.now() - pressed).nanoseconds
            rings.counters.set(.keyToPacket, to: UInt64(max(1, took)))
            openedAt = nil
        }
        spurts[target].sent()
        if isLast { ended(target) }
    }

    /// Sends an encoded frame to everyone who hears this target.
    mutating func sendToAll(_ number: Int, of target: Int, isLast: Bool) {
        sender.send(
            frame: number, of: encoded, spurts[target], stream: plan.targets[target].stream,
            isSpurtStart: spurts[target].packets < plan.startFrames, isLast: isLast, at: now)
    }

    /// Gives frames the size that suits all who are talked to.
    ///
    /// The microphone is encoded once, so the one with the narrowest way decides; but not one whose
    /// way bears nothing at all, unless there are only such. All that is encoded has been sent, for
    /// a packet holds frames of one size.
    mutating func chooseFrameSize() {
        guard isFrameSizeDue, isTalking || isAnnouncing else { return }
        isFrameSizeDue = false
        var size = plan.frameSize
        var hopeless = plan.frameSize
        var isHoped = false
        for target in spurts.indices where spurts[target].isTalking {
            for peer in spurts[target].listeners {
                let wish = sender.peers[peer].protection.frameSize
                if sender.peers[peer].protection.isHopeless {
                    hopeless = min(hopeless, wish)
                } else {
                    size = min(size, wish)
                    isHoped = true
                }
            }
        }
        if !isHoped { size = hopeless }
        rings.counters.set(
            .bitrate, to: UInt64(size * 8 * PCM.sampleRate / encoder.frameSamples))
        guard size != encoder.frameSize else { return }
        encoder.change(frameSize: size)
        sender.frameSize = size
        encoded.begin(at: encoded.next)
    }

    private mutating func ended(_ target: Int) {
        if target == plan.announcement { return finishAnnouncement() }
        spurts[target].phase = .silent
        rings.notify(.said(target: plan.targets[target].id, frames: spurts[target].packets))
        if spurts[target].packets > 0 {
            spurts[target].endsLeft = Spurt.ends
            spurts[target].nextEnd = now
        }
        // Those who are left need no longer do with what this one's way bore.
        isFrameSizeDue = true
        duplex.talkEnded(at: now, rxHold: plan.rxHold)
        rings.notify(.silent(target: plan.targets[target].id))
        if !isTalking { cards.restCapture(loop, at: now) }
    }

    /// SPURT_END, three times 20 ms apart: the last audio packet may have been lost.
    private mutating func sendSpurtEnds() {
        for target in spurts.indices {
            guard spurts[target].endsLeft > 0, now >= spurts[target].nextEnd else { continue }
            spurts[target].endsLeft -= 1
            spurts[target].nextEnd = now + Spurt.endInterval
            sendSpurtEnd(of: target)
        }
    }

    mutating func sendSpurtEnd(of target: Int) {
        sendSpurtEnd(of: target, to: spurts[target].listeners)
    }

    mutating func sendSpurtEnd(of target: Int, to listeners: PeerSet) {
        let end = SpurtEnd(stream: plan.targets[target].stream, last: spurts[target].lastSequence)
        sender.send(.spurtEnd(end), to: listeners, at: now)
    }

    /// Whether a talk that begins will be heard.
    enum Prospect {
        /// A listener is there.
        case heard
        /// Those that are there did not hear what was said last, or the microphone is silent.
        case doubted
        case nobody
    }

    /// Nothing was heard of a peer for so long: it is not there.
    private static var absentAfter: Duration { .seconds(20) }

    /// Judges the target's listeners before any of them has reported on this talk.
    private mutating func prospect(of target: Int) -> Prospect {
        var found = Prospect.nobody
        for peer in spurts[target].listeners
        where sender.peers[peer].keySlots.currentIndex != nil {
            let heard = Instant(nanoseconds: Int64(rings.traffic[peer][.lastOpened]))
            guard now - heard < Self.absentAfter else { continue }
            guard sender.peers[peer].isDoubted || volumes.isMicrophoneSilent else {
                return .heard
            }
            found = .doubted
        }
        return found
    }

    /// Tells the person at the microphone whether any listener hears; where that is doubtful, the
    /// listeners' first HEARD decides, and the control loop plays the tone.
    private mutating func permit(_ target: Int, _ prospect: Prospect) {
        guard plan.hasPermitTone, trial.target == nil, target != plan.call else { return }
        switch prospect {
        case .heard: tones.play(.permit)
        case .doubted: break
        case .nobody: tones.play(.nobody)
        }
    }
}
