internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// One direction of the sound cards: the open card, if any, its clock, and whether it moves sound.
struct CardSide: ~Copyable {
    var pcm: PCMDevice?
    /// Measures the speed of the card's clock.
    var clock: CardClock
    /// Watches whether the card moves sound; a card that does not is never master.
    var watch = StreamWatch()

    init(_ direction: PCMError.Direction) { clock = CardClock(direction) }

    var isOpen: Bool { pcm != nil }
    /// Whether the card is open, and moves sound when it should.
    var runs: Bool { isOpen && !watch.isStill }

    /// Samples of a granted period; 0 without a card.
    var periodSamples: Int {
        switch pcm {
        case .some(let pcm): pcm.granted.periodSamples
        case .none: 0
        }
    }

    func descriptor(at place: Int) -> PCMDescriptor? {
        switch pcm {
        case .some(let pcm): place < pcm.descriptorCount ? pcm.descriptor(at: place) : nil
        case .none: nil
        }
    }

    /// Notes that the card is started, perhaps again.
    mutating func begins() {
        watch.begins()
        clock.begins()
    }
}

/// The microphone's and the speaker's card: how they start and stop, and which of them wakes the
/// loop.
///
/// `MediaLoop+Cards` handles the effects on talks and voices when a card comes or goes.
struct CardPair: ~Copyable {
    var capture = CardSide(.capture)
    var playback = CardSide(.playback)
    var master = ClockMaster()
    /// Whether the microphone's card runs; without pre-roll it rests between talkspurts.
    var isCapturing = false
    /// Whether the kernel starts and stops both cards as one.
    private(set) var isLinked = false
    /// When sound was last taken from the microphone, or found lost.
    var capturedAt = Instant(nanoseconds: 0)
    /// When the loop last served the speaker.
    var playedAt = Instant(nanoseconds: 0)

    /// Whether the microphone runs between talks.
    var keepsCapturing: Bool
    /// The period at which a card wakes the loop, or the timer in its place, in ns.
    var period: Int64
    /// Whether the timer also paces talk keys or an announcement.
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

    /// Calls `body` with the side of one direction.
    ///
    /// A subscript would be a coroutine, whose frame is on the heap.
    mutating func with<Result: ~Copyable, Failure>(
        _ direction: PCMError.Direction, _ body: (inout CardSide) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch direction {
        case .capture: try body(&capture)
        case .playback: try body(&playback)
        }
    }

    /// The timer's descriptor, for the event loop.
    var timerFD: Int32 { timer.fd }

    // MARK: Sound

    /// Takes whole periods from the microphone's card.
    mutating func read(into room: inout MutableSpan<Int16>) -> PCMTransfer {
        capture.pcm!.read(into: &room)
    }

    /// Notes how many samples were read.
    mutating func captured(_ count: Int, at now: Instant) {
        capture.clock.add(count)
        capture.clock.update(queued: 0, at: now, rings.counters)
        capturedAt = now
    }

    /// Gives samples to the speaker's card.
    mutating func write(_ samples: Span<Int16>) -> PCMTransfer {
        playback.pcm!.write(samples)
    }

    /// Samples to give the speaker's card now; the card may have room for more than should wait.
    mutating func playbackRoom() -> Int {
        switch playback.pcm {
        case .some(let pcm):
            let available = pcm.available()
            // Not the turn's time: encoding has taken a while since, and the queued sound plays on.
            playback.clock.update(
                queued: pcm.granted.bufferSamples - available, at: Clock.now(), rings.counters)
            return Refill.samples(
                available: available,
                spare: pcm.granted.bufferSamples - pcm.granted.fillSamples,
                period: pcm.granted.periodSamples, isMaster: master.source == .card(.playback))
        case .none: return 0
        }
    }

    /// Whether the speaker's card has played all its samples.
    func hasRunDry() -> Bool { playback.pcm?.hasRunDry() ?? false }

    /// Samples that wait in both cards; nil while one of them is missing.
    var delays: (playback: Int, capture: Int)? {
        mutating get {
            guard playback.isOpen, capture.isOpen else { return nil }
            return (playback.pcm!.delay(), capture.pcm!.delay())
        }
    }

    // MARK: Coming and going

    /// Removes both cards.
    mutating func removeAll() {
        capture.pcm = nil
        playback.pcm = nil
    }

    /// Leaves out the positions of both cards seen just now: the loop looked too late.
    mutating func distrustClocks(at now: Instant) {
        capture.clock.distrust(at: now)
        playback.clock.distrust(at: now)
    }

    /// Hands a card back to the control thread; false when there is none.
    mutating func handBack(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) -> Bool {
        guard let pcm = with(direction, { $0.pcm.take() }) else { return false }
        with(direction) { [rings] in $0.clock.forget(rings.counters) }
        master.disarm(in: loop)
        if isLinked { with(direction.other) { $0.pcm?.unlink() } }
        rings.handBack(.card(pcm))
        isLinked = false
        chooseMaster(loop, at: now)
        return true
    }

    /// Prepares both cards for `startBoth`.
    ///
    /// A microphone that must not run is stopped. If it will rest after talks, it is also unlinked,
    /// so that the speaker does not start and stop with it.
    mutating func beginStart(capturing isWanted: Bool, _ loop: borrowing EventLoop) {
        master.disarm(in: loop)
        master.isDistrusted = false
        capture.begins()
        playback.begins()
        isCapturing = capture.isOpen && isWanted
        guard capture.isOpen else { return }
        if isLinked, !keepsCapturing {
            capture.pcm?.unlink()
            playback.pcm?.unlink()
            isLinked = false
        }
        if !isCapturing { capture.pcm?.stop() }
    }

    /// Starts the open cards: silence into the speaker, then the microphone, then the speaker.
    ///
    /// With pre-roll both always run, and are linked where the card can: they then start and stop
    /// as one. Without it the microphone rests until a key goes down.
    mutating func startBoth() -> PCMError? {
        do throws(PCMError) {
            if isCapturing, playback.isOpen {
                if keepsCapturing, !isLinked {
                    isLinked = PCMDevice.link(&capture.pcm!, &playback.pcm!)
                }
                try PCMDevice.start(&capture.pcm!, &playback.pcm!)
            } else if isCapturing {
                try capture.pcm!.start()
            } else if playback.isOpen {
                try playback.pcm!.start()
            }
            return nil
        } catch {
            return error
        }
    }

    /// Starts a card that was opened again; the other runs on.
    mutating func startAlone(
        _ direction: PCMError.Direction, _ loop: borrowing EventLoop, at now: Instant
    ) throws(PCMError) {
        let isToRun = direction == .playback || isCapturing
        try with(direction) { (side) throws(PCMError) in
            side.begins()
            if isToRun { try side.pcm!.start() }
        }
        chooseMaster(loop, at: now)
    }

    /// Starts a microphone that rests: a key went down.
    mutating func wakeCapture(
        _ loop: borrowing EventLoop, at now: Instant
    ) throws(PCMError) {
        isCapturing = true
        capture.clock.begins()
        try capture.pcm!.start()
        chooseMaster(loop, at: now)
    }

    /// Stops the microphone's card after the talks, unless it runs between talks, too.
    mutating func restCapture(_ loop: borrowing EventLoop, at now: Instant) {
        guard !keepsCapturing, isCapturing else { return }
        isCapturing = false
        capture.pcm?.stop()
        forgetStillness(of: .capture)
        chooseMaster(loop, at: now)
    }

    // MARK: Waking the loop

    private func masterDescriptor(_ place: Int) -> PCMDescriptor? {
        switch master.source {
        case .card(.capture): capture.descriptor(at: place)
        case .card(.playback): playback.descriptor(at: place)
        case .timer: nil
        }
    }

    /// Arms the timer: without a master card, to wake the loop every period; with one, only to
    /// check that the card still wakes the loop.
    func armTimer(at now: Instant) {
        guard master.source == .timer else {
            timer.arm(at: now + ClockMaster.guardInterval, every: ClockMaster.guardInterval)
            return
        }
        let hasWork = capture.isOpen || playback.isOpen || hasOtherWork
        let interval: Duration = hasWork ? .nanoseconds(period) : .milliseconds(100)
        timer.arm(at: now + interval, every: interval)
    }

    /// Asks the card for the events behind a wake: plug-ins of alsa-lib wake the loop until asked.
    mutating func ask(_ woken: borrowing Woken, _ loop: borrowing EventLoop, at now: Instant) {
        if woken.timer { timer.drain() }
        guard woken.card else { return }
        if case .card(let direction) = master.source {
            for place in 0..<master.armed where woken.cardEvents[place] != 0 {
                let events = woken.cardEvents[place]
                with(direction) { _ = $0.pcm?.isReady(at: place, events: events) }
            }
        }
        if master.countWake(at: now, period: period) {
            master.isDistrusted = true
            chooseMaster(loop, at: now)
            rings.notify(.masterStalled)
        }
    }
}

/// Which card wakes the loop, or the timer in its place.
extension CardPair {
    /// Arms the descriptors of the clock master, and no others.
    mutating func chooseMaster(_ loop: borrowing EventLoop, at now: Instant) {
        master.disarm(in: loop)
        master.progressed(at: now)
        master.source = .timer
        if master.isDistrusted {
            // The timer stands in until a card is opened.
        } else if isCapturing, capture.isOpen {
            if !capture.watch.isStill { master.source = .card(.capture) }
        } else if playback.isOpen, !playback.watch.isStill {
            master.source = .card(.playback)
        }
        armMaster(loop)
        if master.isDistrusted, master.source != .timer {
            // Not all descriptors of the card could be watched.
            master.disarm(in: loop)
            master.source = .timer
        }
        armTimer(at: now)
    }

    private mutating func armMaster(_ loop: borrowing EventLoop) {
        var place = 0
        while !master.isDistrusted, let descriptor = masterDescriptor(place) {
            arm(descriptor, loop)
            place += 1
        }
    }

    private mutating func arm(_ descriptor: PCMDescriptor, _ loop: borrowing EventLoop) {
        guard master.armed < Token.cardDescriptorsMax else { return master.isDistrusted = true }
        do throws(SystemError) {
            try loop.add(
                fd: descriptor.fd, events: descriptor.events,
                token: Token.card + UInt32(master.armed))
            master.remember(descriptor.fd)
        } catch {
            // epoll refuses the descriptor, perhaps of /dev/null: the timer wakes the loop instead.
            master.isDistrusted = true
        }
    }
}

extension PCMError.Direction {
    var other: Self { self == .capture ? .playback : .capture }
}

/// Computes the samples for the speaker's card when the loop is woken.
enum Refill {
    /// Whole periods to give now.
    ///
    /// If the speaker wakes the loop, all that fit: if the first samples of a period were given
    /// early, the end of the period would not wake the loop. If another card wakes the loop, one
    /// period is due at each wake. The two cards may drift apart, and a wake may come a little
    /// early or late. So the speaker gets nothing only if less than 0.4 of a period is due, and two
    /// periods only from 1.6 on. The gap between these limits keeps a speaker near one of them from
    /// getting two periods and none in turn.
    ///
    /// - Parameters:
    ///   - available: Samples the card has room for.
    ///   - spare: The part of `available` that must stay free.
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

/// The drift of a card's clock, measured while the card moves sound.
package struct CardClock {
    /// An estimate at least this certain is always published.
    private static let errorGood = 5.0
    private static let steps = 1_000.0

    private let direction: PCMError.Direction
    private var drift = ClockDrift()
    /// Samples since the card began.
    private var moved = 0
    /// The uncertainty of the estimate published last.
    private var toldError = Double.infinity

    init(_ direction: PCMError.Direction) { self.direction = direction }

    /// Counts samples taken from the card, or given to it.
    mutating func add(_ samples: Int) { moved += samples }

    /// Takes a position: of all samples moved, the card has now finished all but `queued`.
    mutating func update(queued: Int, at now: Instant, _ counters: CounterTable<MediaCount>) {
        guard drift.add(position: moved - queued, at: now), let found = drift.estimate,
            found.uncertaintyPPM <= max(toldError, Self.errorGood)
        else { return }
        toldError = found.uncertaintyPPM
        // No clock is off by 100,000 ppm; the bound keeps the numbers below small.
        let ppm = max(-100_000, min(100_000, found.ppm))
        let isCapture = direction == .capture
        counters.set(
            isCapture ? .captureDrift : .playbackDrift,
            to: UInt64(bitPattern: Int64(ppm * Self.steps)))
        counters.set(
            isCapture ? .captureDriftError : .playbackDriftError,
            to: UInt64(min(100_000, found.uncertaintyPPM) * Self.steps))
    }

    /// Starts again with the card: the published drift stays until the new one is as certain.
    mutating func begins() { drift.reset() }

    /// Leaves out the positions seen just now: the loop looked too late.
    mutating func distrust(at now: Instant) { drift.distrust(at: now) }

    /// Forgets the drift: the card is gone, and nothing is known of the next one.
    mutating func forget(_ counters: CounterTable<MediaCount>) {
        self = CardClock(direction)
        counters.set(
            direction == .capture ? .captureDriftError : .playbackDriftError, to: .max)
    }

    /// The drift and its uncertainty in ppm, as the gauges of a card hold them; nil while unknown.
    package static func told(
        _ drift: UInt64, _ uncertainty: UInt64
    ) -> (ppm: Double, uncertainty: Double)? {
        guard uncertainty != .max else { return nil }
        let ppm = Int64(bitPattern: drift)
        return (Double(ppm) / steps, Double(uncertainty) / steps)
    }
}
