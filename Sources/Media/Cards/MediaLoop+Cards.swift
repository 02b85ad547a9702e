internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// Cards that come and go (`CardPair`), and what that means to talks and voices.
extension MediaLoop {
    mutating func insertCapture(_ pcm: consuming CapturePCM) {
        // Where it was opened again because it stood still, the talk goes on.
        if cards.hasCapture { giveUp(.capture) }
        cards.insert(pcm)
        if cards.clock.capture.isStill, cards.hasPlayback, !cards.clock.playback.isStill {
            cards.isCapturing = cards.keepsCapturing || talks.isTalking
            startAlone(.capture)
        } else {
            startCards()
        }
        for target in talks.spurts.indices { updateGate(target) }
    }

    mutating func insertPlayback(_ pcm: consuming PlaybackPCM) {
        if cards.hasPlayback { giveUp(.playback) }
        cards.insert(pcm)
        if cards.clock.playback.isStill, cards.isCapturing, cards.hasCapture,
            !cards.clock.capture.isStill
        {
            startAlone(.playback)
        } else {
            startCards()
        }
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

    /// Starts what is open; when one of both does not start, the other has not either, and is
    /// started again without it.
    mutating func startCards() {
        let isWanted = cards.keepsCapturing || talks.isTalking
        skipLostSound()
        cards.beginStart(capturing: isWanted, loop)
        while let error = cards.startBoth() {
            giveUp(error.direction)
            tellLoss(of: error.direction, error)
            cards.isCapturing = cards.hasCapture && isWanted
        }
        cards.chooseMaster(loop, at: now)
    }

    /// A card has failed in use.
    mutating func lost(_ direction: PCMError.Direction, _ error: PCMError) {
        let wasLinked = cards.isLinked
        giveUp(direction)
        tellLoss(of: direction, error)
        // A linked pair stops as one: the card that stays has stopped too.
        if wasLinked { startCards() }
    }

    private func tellLoss(of direction: PCMError.Direction, _ error: PCMError) {
        rings.notify(direction == .capture ? .captureFailed(error) : .playbackFailed(error))
    }

    /// Hands a card back; every talk ends without the microphone's.
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

    /// A key went down: the microphone must run now.
    mutating func wakeCapture() {
        guard cards.hasCapture, !cards.isCapturing else { return }
        capturePath.breakOff()
        do throws(PCMError) {
            try cards.wakeCapture(loop, at: now)
            // Nothing wakes the loop for the speaker until the microphone has its first period.
            if cards.clock.source == .capture { playSound() }
        } catch {
            giveUp(.capture)
            tellLoss(of: .capture, error)
        }
    }

    /// The card says that it is suspended.
    mutating func fellAsleep(_ direction: PCMError.Direction) {
        guard cards.fellAsleep(direction) else { return }
        forgetSound(of: direction)
        cards.chooseMaster(loop, at: now)
    }

    /// Checks that the streams that should run move sound; one that does not is opened again.
    ///
    /// To prepare and start it here would not do: with a card that hangs the kernel may take
    /// seconds for that, in which the other card and the keys would stand still too.
    mutating func watchStreams(inPeriod: Bool) {
        let (capture, playback) = cards.streamsToReopen(at: now, inPeriod: inPeriod)
        if capture {
            rings.counters.add(.captureReopens)
            handBackCard(.capture)
            forgetSound(of: .capture)
            rings.notify(.stream(.capture, .stands))
        }
        if playback {
            rings.counters.add(.playbackReopens)
            handBackCard(.playback)
            rings.notify(.stream(.playback, .stands))
        }
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
