internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// Inserts and removes cards (`CardPair`), with the effects on talks and voices.
extension MediaLoop {
    /// Takes over a card; one that was reopened because it stood still is started alone if the
    /// other card runs on.
    mutating func insert(_ pcm: consuming PCMDevice) {
        let direction = pcm.direction
        let isMicrophone = direction == .capture
        // A card that stood still is closed already, and its talk goes on.
        if isMicrophone ? cards.capture.isOpen : cards.playback.isOpen { giveUp(direction) }
        switch direction {
        case .capture: cards.capture.pcm = consume pcm
        case .playback: cards.playback.pcm = consume pcm
        }
        let otherRuns =
            isMicrophone ? cards.playback.runs : cards.capture.runs && cards.isCapturing
        if isMicrophone ? cards.capture.watch.isStill : cards.playback.watch.isStill, otherRuns {
            if isMicrophone { cards.isCapturing = wantsCapture }
            startAlone(direction)
        } else {
            startCards()
        }
        guard isMicrophone else { return }
        for target in talks.spurts.indices { updateGate(target) }
    }

    private var wantsCapture: Bool {
        mutating get { cards.keepsCapturing || talks.isTalking }
    }

    private mutating func startAlone(_ direction: PCMError.Direction) {
        switch direction {
        case .capture: skipLostSound()
        case .playback: capturePath.loseReference()
        }
        do throws(PCMError) {
            try cards.startAlone(direction, loop, at: now)
        } catch { lost(direction, error) }
    }

    /// Starts the open cards; if one of them does not start, starts the other without it.
    mutating func startCards() {
        let isWanted = wantsCapture
        skipLostSound()
        cards.beginStart(capturing: isWanted, loop)
        while let error = cards.startBoth() {
            giveUp(error.direction)
            rings.notify(.cardFailed(error))
            cards.isCapturing = cards.capture.isOpen && isWanted
        }
        cards.chooseMaster(loop, at: now)
    }

    /// Gives up a card that failed in use.
    mutating func lost(_ direction: PCMError.Direction, _ error: PCMError) {
        let wasLinked = cards.isLinked
        giveUp(direction)
        rings.notify(.cardFailed(error))
        // A linked pair stops as one: the card that stays has stopped too.
        if wasLinked { startCards() }
    }

    /// Hands a card back; without the microphone's, every talk ends.
    mutating func giveUp(_ direction: PCMError.Direction) {
        handBackCard(direction)
        cards.forgetStillness(of: direction, isGone: true)
        guard direction == .capture else { return }
        silenceVoxes()
        for target in talks.spurts.indices where target != plan.announcement { endAtOnce(target) }
    }

    private mutating func handBackCard(_ direction: PCMError.Direction) {
        guard cards.handBack(direction, loop, at: now) else { return }
        switch direction {
        case .capture:
            capturePath.breakOff()
            meters.forgetMicrophone()
        case .playback:
            capturePath.forgetSpeaker()
            talkers.releaseAll(at: now)
            receiver.intake.missedBlock()
        }
    }

    /// Starts the microphone: a key went down.
    mutating func wakeCapture() {
        guard cards.capture.isOpen, !cards.isCapturing else { return }
        capturePath.breakOff()
        do throws(PCMError) {
            try cards.wakeCapture(loop, at: now)
            // Nothing wakes the loop for the speaker until the microphone has its first period.
            if cards.master.source == .card(.capture) { playSound() }
        } catch {
            giveUp(.capture)
            rings.notify(.cardFailed(error))
        }
    }

    /// Handles a card that reports its suspension.
    mutating func fellAsleep(_ direction: PCMError.Direction) {
        guard cards.fellAsleep(direction) else { return }
        forgetSound(of: direction)
        cards.chooseMaster(loop, at: now)
    }

    /// Checks that the streams that should run move sound; a stream that does not is opened again.
    ///
    /// The stream is not prepared and started here: for a card that hangs, the kernel may take
    /// seconds, in which the other card and the keys would stand still too.
    mutating func watchStreams(inPeriod: Bool) {
        let still = cards.streamsToReopen(at: now, inPeriod: inPeriod)
        if still.capture { reopen(.capture) }
        if still.playback { reopen(.playback) }
    }

    private mutating func reopen(_ direction: PCMError.Direction) {
        rings.counters.add(direction == .capture ? .captureReopens : .playbackReopens)
        handBackCard(direction)
        forgetSound(of: direction)
        rings.notify(.stream(direction, .stands))
    }

    private mutating func forgetSound(of direction: PCMError.Direction) {
        guard direction == .capture else { return capturePath.forgetSpeaker() }
        // A key pressed meanwhile must not send speech from before.
        capturePath.breakOff()
        silenceVoxes()
        // Talkspurts whose key is up wait for a frame that a sleeping card does not bring.
        for target in talks.spurts.indices {
            if case .closing = talks.spurts[target].phase { endAtOnce(target) }
        }
    }
}
