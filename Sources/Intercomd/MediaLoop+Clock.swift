internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// Cards that come and go, and which of them wakes the loop.
extension MediaLoop {
    var hasCapture: Bool {
        switch capture {
        case .some: true
        case .none: false
        }
    }

    var hasPlayback: Bool {
        switch playback {
        case .some: true
        case .none: false
        }
    }

    mutating func takeCapture(_ pcm: consuming CapturePCM) {
        giveUpCapture()
        capture = consume pcm
        startCards()
        for target in spurts.indices { updateGate(target) }
    }

    mutating func takePlayback(_ pcm: consuming PlaybackPCM) {
        giveUpPlayback()
        playback = consume pcm
        blockAt = now
        startCards()
    }

    /// Hands the microphone's card back; whoever was talking is no longer heard.
    mutating func giveUpCapture() {
        guard let pcm = capture.take() else { return }
        cardClocks.captureGone(rings.counters)
        clock.disarm(in: loop)
        if isLinked, hasPlayback { PCMPair.unlink(&playback!) }
        isLinked = false
        handBack(.capture(pcm))
        forgetSleep(of: .capture)
        microphone.breakOff()
        silenceVoxes()
        meters.forgetMicrophone()
        for target in spurts.indices where target != plan.announcement { endAtOnce(target) }
        chooseMaster()
    }

    mutating func giveUpPlayback() {
        guard let pcm = playback.take() else { return }
        cardClocks.playbackGone(rings.counters)
        clock.disarm(in: loop)
        if isLinked, hasCapture { PCMPair.unlink(&capture!) }
        isLinked = false
        handBack(.playback(pcm))
        forgetSleep(of: .playback)
        activity = SpeakerActivity()
        for place in slots.indices { release(place) }
        chooseMaster()
    }

    /// The microphone's card has failed in use.
    mutating func lose(capture error: PCMError) {
        let wasLinked = isLinked
        giveUpCapture()
        tell(.captureFailed(error))
        // A linked pair stops as one: what stays has stopped too.
        if wasLinked { startCards() }
    }

    /// The speaker's card has failed in use.
    mutating func lose(playback error: PCMError) {
        let wasLinked = isLinked
        giveUpPlayback()
        tell(.playbackFailed(error))
        if wasLinked { startCards() }
    }

    /// Starts what is open: silence into the speaker, then the microphone, then the speaker.
    ///
    /// With pre-roll both always run, and are linked where the card can: they then start and stop
    /// as one. Without it the microphone rests until a key goes down.
    mutating func startCards() {
        clock.disarm(in: loop)
        clock.isDistrusted = false
        if clock.asleep != nil { tell(.asleep(nil)) }
        clock.asleep = nil
        skipLostSound()
        cardClocks.captureBegins()
        cardClocks.playbackBegins()
        let isWanted = plan.keepsCapturing || isTalking
        isCapturing = hasCapture && isWanted
        letCaptureRest()
        // When one of them does not start, the other has not either: again, without it.
        while let error = startBoth() {
            switch error.direction {
            case .capture:
                giveUpCapture()
                tell(.captureFailed(error))
            case .playback:
                giveUpPlayback()
                tell(.playbackFailed(error))
            }
            isCapturing = hasCapture && isWanted
        }
        chooseMaster()
    }

    /// A microphone that is not to run stands still, and is not started by the speaker; one that
    /// will rest after a talk does not stop the speaker with it.
    private mutating func letCaptureRest() {
        guard hasCapture else { return }
        if isLinked, !plan.keepsCapturing {
            PCMPair.unlink(&capture!)
            PCMPair.unlink(&playback!)
            isLinked = false
        }
        if !isCapturing { capture?.stop() }
    }

    private mutating func startBoth() -> PCMError? {
        do throws(PCMError) {
            if isCapturing, hasPlayback {
                if plan.keepsCapturing, !isLinked {
                    isLinked = PCMPair.link(&capture!, &playback!)
                }
                try PCMPair.start(&capture!, &playback!)
            } else if isCapturing {
                try capture!.start()
            } else if hasPlayback {
                try playback!.start()
            }
            return nil
        } catch {
            return error
        }
    }

    /// A key went down: the microphone must run now.
    mutating func wakeCapture() {
        guard hasCapture, !isCapturing else { return }
        isCapturing = true
        microphone.breakOff()
        cardClocks.captureBegins()
        do throws(PCMError) {
            try capture!.start()
            chooseMaster()
            // Nobody wakes the loop for the speaker until the microphone has its first period.
            if clock.source == .capture { playSound() }
        } catch {
            giveUpCapture()
            tell(.captureFailed(error))
        }
    }

    /// Nobody talks: without pre-roll the microphone closes.
    mutating func restCapture() {
        guard !plan.keepsCapturing, isCapturing else { return }
        isCapturing = false
        capture?.stop()
        forgetSleep(of: .capture)
        chooseMaster()
    }

    /// A card that is stopped or gone does not sleep.
    private mutating func forgetSleep(of card: ClockMaster.Source) {
        guard clock.asleep == card else { return }
        clock.asleep = nil
        tell(.asleep(nil))
    }

    /// Arms the descriptors of the clock master, and of it alone.
    mutating func chooseMaster() {
        clock.disarm(in: loop)
        clock.progressed(at: now)
        if clock.isDistrusted || clock.asleep != nil {
            clock.source = .timer
        } else if isCapturing, hasCapture {
            clock.source = .capture
            armMaster()
        } else if hasPlayback {
            clock.source = .playback
            armMaster()
        } else {
            clock.source = .timer
        }
        if clock.isDistrusted, clock.source != .timer {
            // Not all of its descriptors could be watched.
            clock.disarm(in: loop)
            clock.source = .timer
        }
        armTimer()
    }

    private mutating func armMaster() {
        var place = 0
        while !clock.isDistrusted, let descriptor = masterDescriptor(place) {
            arm(descriptor)
            place += 1
        }
    }

    private func masterDescriptor(_ place: Int) -> PCMDescriptor? {
        switch clock.source {
        case .timer: nil
        case .capture: captureDescriptor(place)
        case .playback: playbackDescriptor(place)
        }
    }

    private func captureDescriptor(_ place: Int) -> PCMDescriptor? {
        switch capture {
        case .some(let pcm): place < pcm.descriptorCount ? pcm.descriptor(at: place) : nil
        case .none: nil
        }
    }

    private func playbackDescriptor(_ place: Int) -> PCMDescriptor? {
        switch playback {
        case .some(let pcm): place < pcm.descriptorCount ? pcm.descriptor(at: place) : nil
        case .none: nil
        }
    }

    private mutating func arm(_ descriptor: PCMDescriptor) {
        guard clock.armed < Token.cardDescriptorsMax else { return clock.isDistrusted = true }
        do throws(SystemError) {
            try loop.add(
                fd: descriptor.fd, events: descriptor.events,
                token: Token.card + UInt32(clock.armed))
            clock.remember(descriptor.fd)
        } catch {
            // One that epoll does not take, /dev/null perhaps: the timer wakes the loop instead.
            clock.isDistrusted = true
        }
    }

    /// The timer stands in for a card, and moves what has a deadline when there is none; where a
    /// card is master it only looks whether that still wakes us.
    mutating func armTimer() {
        guard clock.source == .timer else {
            timer.arm(at: now + ClockMaster.guardInterval, every: ClockMaster.guardInterval)
            return
        }
        let hasWork = hasCapture || hasPlayback || keys.count > 0 || announcement != nil
        let interval: Duration =
            hasWork ? .nanoseconds(plan.periodNanoseconds) : .milliseconds(100)
        timer.arm(at: now + interval, every: interval)
    }

    /// The card sleeps: its descriptors would wake the loop without end, or never.
    mutating func fellAsleep(_ card: ClockMaster.Source) {
        guard clock.asleep == nil else { return }
        clock.asleep = card
        tell(.asleep(card))
        if card == .capture {
            // A key pressed meanwhile is not to send what was said before.
            microphone.breakOff()
            silenceVoxes()
            endClosing()
        } else {
            activity = SpeakerActivity()
        }
        chooseMaster()
    }

    /// Talkspurts whose key is up wait for a frame that a sleeping card does not bring.
    private mutating func endClosing() {
        for target in spurts.indices {
            if case .closing = spurts[target].phase { endAtOnce(target) }
        }
    }

    /// The card moved sound: it is awake, and the loop was not woken in vain.
    mutating func moved(_ card: ClockMaster.Source) {
        if clock.source == card { clock.progressed(at: now) }
        guard clock.asleep == card else { return }
        forgetSleep(of: card)
        chooseMaster()
    }

    /// Asks the card what its wake meant: plug-ins of alsa-lib wake again until they are asked.
    mutating func askMaster(_ woken: borrowing Woken) {
        if woken.timer { timer.drain() }
        guard woken.card else {
            if clock.isSilent(at: now) { fellAsleep(clock.source) }
            return
        }
        for place in 0..<clock.armed where woken.cardEvents[place] != 0 {
            let events = woken.cardEvents[place]
            switch clock.source {
            case .capture: _ = capture?.isReady(at: place, events: events)
            case .playback: _ = playback?.isReady(at: place, events: events)
            case .timer: break
            }
        }
        if clock.isStalled(at: now, period: plan.periodNanoseconds) {
            clock.isDistrusted = true
            chooseMaster()
            tell(.masterStalled)
        }
    }
}
