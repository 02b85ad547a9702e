internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// The microphone's and the speaker's card: how they start and stop, and which of them wakes the
/// loop.
///
/// `MediaLoop+Cards` has the effects on talks and voices when a card comes or goes.
struct CardPair: ~Copyable {
    private var capture: CapturePCM?
    private var playback: PlaybackPCM?
    var clock = ClockMaster()
    var clocks = CardClocks()
    /// Whether the microphone's card runs; without pre-roll it rests between talkspurts.
    var isCapturing = false
    /// Whether the kernel starts and stops both cards as one.
    private(set) var isLinked = false
    /// When sound was taken from the microphone last, or was found to be lost.
    var capturedAt = Instant(nanoseconds: 0)
    /// When the speaker was looked after last.
    var playedAt = Instant(nanoseconds: 0)

    /// Whether the microphone runs between talks.
    var keepsCapturing: Bool
    /// How often a card wakes the loop, or the timer in its place, in ns.
    var period: Int64
    /// Whether the timer moves something besides the cards: talk keys, an announcement.
    var hasOtherWork: Bool

    private let timer: Timer
    let rings: Rings

    init(_ plan: MediaPlan, _ rings: Rings) throws(MediaError) {
        timer = try MediaError.fromSystem { () throws(SystemError) in try Timer() }
        self.rings = rings
        keepsCapturing = plan.keepsCapturing
        period = plan.periodNanoseconds
        hasOtherWork = !plan.keys.isEmpty
    }

    /// For the event loop to watch.
    var timerFD: Int32 { timer.fd }

    var hasCapture: Bool { capture != nil }

    var hasPlayback: Bool { playback != nil }

    /// Samples of a granted period; 0 without a card.
    var capturePeriod: Int {
        switch capture {
        case .some(let pcm): pcm.granted.periodSamples
        case .none: 0
        }
    }

    var playbackPeriod: Int {
        switch playback {
        case .some(let pcm): pcm.granted.periodSamples
        case .none: 0
        }
    }

    // MARK: Sound

    /// Takes whole periods from the microphone's card.
    mutating func read(into room: inout MutableSpan<Int16>) -> PCMTransfer {
        capture!.read(into: &room)
    }

    /// Notes how many samples were read.
    mutating func captured(_ count: Int, at now: Instant) {
        clocks.captured(count, at: now, rings.counters)
        capturedAt = now
    }

    /// Gives samples to the speaker's card.
    mutating func write(_ samples: Span<Int16>) -> PCMTransfer { playback!.write(samples) }

    /// Samples the speaker's card is to be given now; it may have more room than is wanted queued.
    mutating func playbackRoom() -> Int {
        switch playback {
        case .some(let pcm):
            let available = pcm.available()
            // Not the turn's time: encoding has taken a while since, and what is queued plays on.
            clocks.asked(
                queued: pcm.granted.bufferSamples - available, at: Clock.now(), rings.counters)
            return Refill.samples(
                available: available,
                spare: pcm.granted.bufferSamples - pcm.granted.fillSamples,
                period: pcm.granted.periodSamples, isMaster: clock.source == .playback)
        case .none: return 0
        }
    }

    /// Whether the speaker's card has played all it was given.
    func hasRunDry() -> Bool { playback?.hasRunDry() ?? false }

    /// Samples that wait in both cards; nil while one of them is missing.
    var delays: (playback: Int, capture: Int)? {
        mutating get {
            guard hasPlayback, hasCapture else { return nil }
            return (playback!.delay(), capture!.delay())
        }
    }

    // MARK: Coming and going

    mutating func insert(_ pcm: consuming CapturePCM) { capture = consume pcm }

    mutating func insert(_ pcm: consuming PlaybackPCM) { playback = consume pcm }

    /// There is no card yet.
    mutating func removeAll() {
        capture = nil
        playback = nil
    }

    /// Hands a card back to the control thread; false when there is none.
    mutating func handBack(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) -> Bool {
        switch direction {
        case .capture:
            guard let pcm = capture.take() else { return false }
            clocks.captureGone(rings.counters)
            clock.disarm(in: loop)
            if isLinked, hasPlayback { PCMPair.unlink(&playback!) }
            rings.handBack(.capture(pcm))
        case .playback:
            guard let pcm = playback.take() else { return false }
            clocks.playbackGone(rings.counters)
            clock.disarm(in: loop)
            if isLinked, hasCapture { PCMPair.unlink(&capture!) }
            rings.handBack(.playback(pcm))
        }
        isLinked = false
        chooseMaster(loop, at: now)
        return true
    }

    /// Gets both ready for `startBoth`: nothing of before counts.
    ///
    /// A microphone that is not to run stands still, and is not started by the speaker; one that
    /// will rest after a talk does not stop the speaker with it.
    mutating func beginStart(capturing isWanted: Bool, _ loop: borrowing EventLoop) {
        clock.disarm(in: loop)
        clock.isDistrusted = false
        clock.capture.begins()
        clock.playback.begins()
        clocks.captureBegins()
        clocks.playbackBegins()
        isCapturing = hasCapture && isWanted
        guard hasCapture else { return }
        if isLinked, !keepsCapturing {
            PCMPair.unlink(&capture!)
            PCMPair.unlink(&playback!)
            isLinked = false
        }
        if !isCapturing { capture?.stop() }
    }

    /// Starts the open cards: silence into the speaker, then the microphone, then the speaker.
    ///
    /// With pre-roll both always run, and are linked where the card can: they then start and stop
    /// as one. Without it the microphone rests until a key goes down.
    mutating func startBoth() -> PCMError? {
        do throws(PCMError) {
            if isCapturing, hasPlayback {
                if keepsCapturing, !isLinked {
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

    /// Starts a card that was opened again; the other one runs on, and is left alone.
    mutating func startAlone(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) throws(PCMError) {
        switch direction {
        case .capture:
            clock.capture.begins()
            clocks.captureBegins()
            if isCapturing { try capture!.start() }
        case .playback:
            clock.playback.begins()
            clocks.playbackBegins()
            try playback!.start()
        }
        chooseMaster(loop, at: now)
    }

    /// A key went down: a microphone that rests must run now.
    mutating func wakeCapture(
        _ loop: borrowing EventLoop, at now: Instant
    ) throws(PCMError) {
        isCapturing = true
        clocks.captureBegins()
        try capture!.start()
        chooseMaster(loop, at: now)
    }

    /// The talks are over: without pre-roll the microphone's card stops.
    mutating func restCapture(_ loop: borrowing EventLoop, at now: Instant) {
        guard !keepsCapturing, isCapturing else { return }
        isCapturing = false
        capture?.stop()
        forgetStillness(of: .capture)
        chooseMaster(loop, at: now)
    }

    // MARK: Waking the loop

    func masterDescriptor(_ place: Int) -> PCMDescriptor? {
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

    /// The timer stands in for a card, and moves what has a deadline when there is none; where a
    /// card is master it only looks whether that still wakes us.
    func armTimer(at now: Instant) {
        guard clock.source == .timer else {
            timer.arm(at: now + ClockMaster.guardInterval, every: ClockMaster.guardInterval)
            return
        }
        let hasWork = hasCapture || hasPlayback || hasOtherWork
        let interval: Duration = hasWork ? .nanoseconds(period) : .milliseconds(100)
        timer.arm(at: now + interval, every: interval)
    }

    /// Asks the card what its wake meant: plug-ins of alsa-lib wake again until they are asked.
    mutating func ask(_ woken: borrowing Woken, _ loop: borrowing EventLoop, at now: Instant) {
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
        if clock.countWake(at: now, period: period) {
            clock.isDistrusted = true
            chooseMaster(loop, at: now)
            rings.notify(.masterStalled)
        }
    }
}

/// Which card wakes the loop, or the timer in its place.
extension CardPair {
    /// Arms the descriptors of the clock master, and of it alone.
    mutating func chooseMaster(_ loop: borrowing EventLoop, at now: Instant) {
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
        armMaster(loop)
        if clock.isDistrusted, clock.source != .timer {
            // Not all of its descriptors could be watched.
            clock.disarm(in: loop)
            clock.source = .timer
        }
        armTimer(at: now)
    }

    private mutating func armMaster(_ loop: borrowing EventLoop) {
        var place = 0
        while !clock.isDistrusted, let descriptor = masterDescriptor(place) {
            arm(descriptor, loop)
            place += 1
        }
    }

    private mutating func arm(_ descriptor: PCMDescriptor, _ loop: borrowing EventLoop) {
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
}

/// The samples that the speaker's card gets when the loop is woken.
enum Refill {
    /// Whole periods to give now.
    ///
    /// Where the speaker wakes the loop, all that fit: had the first samples of a period been
    /// given early, its end would not wake us. If another card wakes the loop, one period is due at
    /// each wake. The two cards may drift apart, and a wake may come a little early or late. So the
    /// speaker gets nothing only if less than 0.4 of a period is due, and two periods only from 1.6
    /// on. The gap between these limits keeps a speaker near one of them from getting two periods
    /// and none in turn.
    ///
    /// - Parameters:
    ///   - available: Samples the card has room for.
    ///   - spare: Of these, so many as are not to be filled.
    ///   - period: Samples of a period.
    ///   - isMaster: The card itself has woken the loop.
    /// - Returns: Samples.
    static func samples(available: Int, spare: Int, period: Int, isMaster: Bool) -> Int {
        let due = available - spare
        guard due > 0 else { return 0 }
        if isMaster { return due / period * period }
        let bound = period * 2 / 5
        guard due >= bound else { return 0 }
        let wanted = max(1, (due + bound) / period)
        return min(wanted, available / period) * period
    }
}
