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
        // Where it was opened again because it stood still, the talk goes on.
        if hasCapture { giveUpCapture() }
        capture = consume pcm
        if clock.capture.isStill, hasPlayback, !clock.playback.isStill {
            isCapturing = plan.keepsCapturing || isTalking
            startAlone(.capture)
        } else {
            startCards()
        }
        for target in spurts.indices { updateGate(target) }
    }

    mutating func takePlayback(_ pcm: consuming PlaybackPCM) {
        if hasPlayback { giveUpPlayback() }
        playback = consume pcm
        if clock.playback.isStill, isCapturing, hasCapture, !clock.capture.isStill {
            startAlone(.playback)
        } else {
            startCards()
        }
    }

    /// Starts what was opened again beside a direction that runs, and is left alone.
    private mutating func startAlone(_ direction: PCMError.Direction) {
        do throws(PCMError) {
            switch direction {
            case .capture:
                clock.capture.begins()
                skipLostSound()
                cardClocks.captureBegins()
                if isCapturing { try capture!.start() }
            case .playback:
                clock.playback.begins()
                loseReference()
                cardClocks.playbackBegins()
                try playback!.start()
            }
            chooseMaster()
        } catch {
            switch direction {
            case .capture: lose(capture: error)
            case .playback: lose(playback: error)
            }
        }
    }

    /// Hands the microphone's card back; whoever was talking is no longer heard.
    mutating func giveUpCapture() {
        handBackCapture()
        forgetStillness(of: .capture, isGone: true)
        silenceVoxes()
        for target in spurts.indices where target != plan.announcement { endAtOnce(target) }
    }

    private mutating func handBackCapture() {
        guard let pcm = capture.take() else { return }
        cardClocks.captureGone(rings.counters)
        clock.disarm(in: loop)
        if isLinked, hasPlayback { PCMPair.unlink(&playback!) }
        isLinked = false
        rings.handBack(.capture(pcm))
        microphone.breakOff()
        meters.forgetMicrophone()
        chooseMaster()
    }

    mutating func giveUpPlayback() {
        handBackPlayback()
        forgetStillness(of: .playback, isGone: true)
    }

    private mutating func handBackPlayback() {
        guard let pcm = playback.take() else { return }
        cardClocks.playbackGone(rings.counters)
        clock.disarm(in: loop)
        if isLinked, hasCapture { PCMPair.unlink(&capture!) }
        isLinked = false
        rings.handBack(.playback(pcm))
        activity = SpeakerActivity()
        talkers.releaseAll(at: now)
        receiver.intake.missedBlock()
        chooseMaster()
    }

    /// The microphone's card has failed in use.
    mutating func lose(capture error: PCMError) {
        let wasLinked = isLinked
        giveUpCapture()
        rings.notify(.captureFailed(error))
        // A linked pair stops as one: what stays has stopped too.
        if wasLinked { startCards() }
    }

    /// The speaker's card has failed in use.
    mutating func lose(playback error: PCMError) {
        let wasLinked = isLinked
        giveUpPlayback()
        rings.notify(.playbackFailed(error))
        if wasLinked { startCards() }
    }

    /// Starts what is open: silence into the speaker, then the microphone, then the speaker.
    ///
    /// With pre-roll both always run, and are linked where the card can: they then start and stop
    /// as one. Without it the microphone rests until a key goes down.
    mutating func startCards() {
        clock.disarm(in: loop)
        clock.isDistrusted = false
        clock.capture.begins()
        clock.playback.begins()
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
                rings.notify(.captureFailed(error))
            case .playback:
                giveUpPlayback()
                rings.notify(.playbackFailed(error))
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
            rings.notify(.captureFailed(error))
        }
    }

    /// Nobody talks: without pre-roll the microphone closes.
    mutating func restCapture() {
        guard !plan.keepsCapturing, isCapturing else { return }
        isCapturing = false
        capture?.stop()
        forgetStillness(of: .capture)
        chooseMaster()
    }

    /// A card that is stopped or gone need not move.
    private mutating func forgetStillness(
        of direction: PCMError.Direction, isGone: Bool = false
    ) {
        let wasStill =
            switch direction {
            case .capture: isGone ? clock.capture.isGone() : clock.capture.ends()
            case .playback: isGone ? clock.playback.isGone() : clock.playback.ends()
            }
        if wasStill { rings.notify(.stream(direction, .over)) }
    }

    /// Arms the descriptors of the clock master, and of it alone.
    mutating func chooseMaster() {
        clock.disarm(in: loop)
        clock.progressed(at: now)
        clock.source = .timer
        if clock.isDistrusted {
            // The timer stands in until a card is opened.
        } else if isCapturing, hasCapture {
            if !clock.capture.isStill { clock.source = .capture }
        } else if hasPlayback, !clock.playback.isStill {
            clock.source = .playback
        }
        armMaster()
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
        let hasWork = hasCapture || hasPlayback || keys.count > 0 || isAnnouncing
        let interval: Duration =
            hasWork ? .nanoseconds(plan.periodNanoseconds) : .milliseconds(100)
        timer.arm(at: now + interval, every: interval)
    }

    /// The card is suspended: its descriptors would wake the loop without end, or never.
    mutating func fellAsleep(_ direction: PCMError.Direction) {
        let isNews =
            switch direction {
            case .capture: clock.capture.suspended()
            case .playback: clock.playback.suspended()
            }
        guard isNews else { return }
        rings.notify(.stream(direction, .suspended))
        forgetSound(of: direction)
        chooseMaster()
    }

    /// Looks whether what should run moves sound, and has a stream that does not opened again.
    ///
    /// To prepare and start it here would not do: with a card that hangs the kernel may take
    /// seconds for that, in which the other card and the keys would stand still too. A linked pair
    /// is one stream to its driver.
    mutating func watchStreams() {
        let capture = clock.capture.isToReopen(at: now, runs: isCapturing && hasCapture)
        let playback = clock.playback.isToReopen(at: now, runs: hasPlayback)
        guard capture || playback else { return }
        let isPair = isLinked
        if capture || isPair {
            if !capture { clock.capture.stands() }
            rings.counters.add(.captureReopens)
            handBackCapture()
            forgetSound(of: .capture)
            rings.notify(.stream(.capture, .stands))
        }
        if playback || isPair {
            if !playback { clock.playback.stands() }
            rings.counters.add(.playbackReopens)
            handBackPlayback()
            rings.notify(.stream(.playback, .stands))
        }
    }

    private mutating func forgetSound(of direction: PCMError.Direction) {
        guard direction == .capture else { return activity = SpeakerActivity() }
        // A key pressed meanwhile is not to send what was said before.
        microphone.breakOff()
        silenceVoxes()
        endClosing()
    }

    /// Talkspurts whose key is up wait for a frame that a sleeping card does not bring.
    private mutating func endClosing() {
        for target in spurts.indices {
            if case .closing = spurts[target].phase { endAtOnce(target) }
        }
    }

    /// The card moved sound: it is awake, and the loop was not woken in vain.
    mutating func moved(_ direction: PCMError.Direction) {
        let wasStill: Bool
        switch direction {
        case .capture:
            if clock.source == .capture { clock.progressed(at: now) }
            wasStill = clock.capture.progressed()
        case .playback:
            if clock.source == .playback { clock.progressed(at: now) }
            wasStill = clock.playback.progressed()
        }
        guard wasStill else { return }
        rings.notify(.stream(direction, .moves))
        chooseMaster()
    }

    /// Asks the card what its wake meant: plug-ins of alsa-lib wake again until they are asked.
    mutating func askMaster(_ woken: borrowing Woken) {
        if woken.timer { timer.drain() }
        guard woken.card else { return }
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
            rings.notify(.masterStalled)
        }
    }
}
