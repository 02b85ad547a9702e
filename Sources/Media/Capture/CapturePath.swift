internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// From the microphone's card to frames that can be sent (`CapturePath`).
extension MediaLoop {
    /// Takes the captured periods from the card.
    mutating func moveCapturedSound() {
        guard cards.isCapturing, cards.capture.isOpen else { return }
        switch capturePath.read(from: &cards) {
        case .samples(let count): useCaptured(count)
        case .wouldBlock: return
        case .xrun:
            rings.counters.add(.captureXruns)
            shedding.noteLateness(
                xrunAfter: now - cards.capturedAt, period: cards.capture.periodSamples)
            cards.capture.clock.begins()
            skipLostSound()
            cards.moved(.capture, loop, at: now)
            if cards.isLinked { startCards() }
        case .suspended:
            fellAsleep(.capture)
        case .gone(let error):
            lost(.capture, error)
        }
    }

    /// Measures the new samples, mutes them where they must be, improves them, and keeps them in
    /// frames.
    private mutating func useCaptured(_ count: Int) {
        cards.moved(.capture, loop, at: now)
        cards.captured(count, at: now)
        shedding.noteLateness(captured: count, period: cards.capture.periodSamples)
        let before = capturePath.microphone.captured
        capturePath.measure(
            by: &meters, isMuted: volumes.isMicrophoneMuted, at: now, rings)
        capturePath.shut(by: &duplex, talks.talking, isUrgent: tones.isUrgent(at: now))
        capturePath.silence(isMuted: volumes.isMicrophoneMuted)
        if capturePath.chain.settings.isOff, !plan.hasVox {
            capturePath.keepAll()
        } else {
            capturePath.alignReference(&cards)
            while capturePath.improveBlock() { if plan.hasVox { pressBySpeech() } }
        }
        rings.counters.add(.framesCaptured, UInt64(capturePath.microphone.captured - before))
        paceAnnouncement(.card(.capture), count)
    }

    /// Skips the frame numbers of sound that was lost while the card stood still.
    ///
    /// To a listener, numbers are time: without the skip, the later sound would look like a network
    /// that has become slower.
    mutating func skipLostSound() {
        let lost = capturePath.microphone.framesLost(in: (now - cards.capturedAt).nanoseconds)
        capturePath.breakOff()
        capturePath.loseReference()
        cards.capturedAt = now
        talks.lose(lost, before: capturePath.microphone.captured)
    }

    /// Lets speech press the voice-operated keys.
    private mutating func pressBySpeech() {
        let speaker = capturePath.speaker
        for place in talkKeys.slots.indices where talkKeys.slots[place].isVoiceOperated {
            let isOpen = capturePath.detectSpeech(&talkKeys.slots[place].vox!, speaker)
            if isOpen != talkKeys.slots[place].isDown { turn(place, isDown: isOpen, at: now) }
        }
    }

    /// Releases the voice-operated keys: the microphone is gone.
    mutating func silenceVoxes() {
        guard plan.hasVox else { return }
        for place in talkKeys.slots.indices where talkKeys.slots[place].isVoiceOperated {
            talkKeys.slots[place].vox?.reset()
            if talkKeys.slots[place].isDown { turn(place, isDown: false, at: now) }
        }
    }
}

/// The way of the microphone's sound from the card to the frames that are kept for talks: measured,
/// muted where it must be, and improved.
struct CapturePath: ~Copyable {
    var microphone: Microphone
    /// Improves the sound before anyone hears it, by what the speaker plays.
    var chain: CaptureChain
    var reference: EchoReference
    /// Whether the speaker sounds, for voice-operated keys.
    private var activity = SpeakerActivity()
    private var mute = Mute()
    /// The samples last read from the card, and their number.
    private var samples = FixedArray(count: 4096) { _ in Int16(0) }
    private var fresh = 0
    /// The number of read samples already kept, and of the samples kept before those.
    private var kept = 0
    private var keptBefore = 0

    init(_ plan: MediaPlan) {
        chain = CaptureChain(plan.capture, blockSamples: plan.captureBlock)
        reference = EchoReference(isWanted: plan.capture.cancelsEcho)
        microphone = Microphone(frameSamples: plan.sound.frameSamples)
    }

    // MARK: From the card to kept frames, step by step

    /// Reads the samples that wait in the microphone's card.
    mutating func read(from cards: inout CardPair) -> PCMTransfer {
        var room = samples.mutableSpan(samples.indices)
        let outcome = cards.read(into: &room)
        if case .samples(let count) = outcome { (fresh, kept) = (count, 0) }
        return outcome
    }

    /// Measures the level of the new samples, before anything changes them.
    func measure(
        by meters: inout Meters, isMuted: Bool, at now: Instant, _ rings: Rings
    ) {
        meters.captured(samples.span(0..<fresh), isMuted: isMuted, at: now, rings)
    }

    /// Mutes the new samples while the speaker has its turn, half duplex.
    mutating func shut(
        by duplex: inout HalfDuplex, _ talking: HalfDuplex.Talking, isUrgent: Bool
    ) {
        var new = samples.mutableSpan(0..<fresh)
        duplex.shutMicrophone(&new, talking, isUrgent: isUrgent)
    }

    /// Mutes the new samples while a person has muted the microphone.
    mutating func silence(isMuted: Bool) {
        Self.silence(&samples, fresh, by: &mute, isMuted: isMuted)
    }

    private static func silence(
        _ samples: inout FixedArray<Int16>, _ count: Int, by mute: inout Mute, isMuted: Bool
    ) {
        var new = samples.mutableSpan(0..<count)
        mute.apply(to: &new, isMuted: isMuted)
    }

    /// Keeps the new samples unchanged.
    mutating func keepAll() { keep(fresh - kept) }

    /// Keeps new samples up to a whole block and improves it; false when no whole block is left.
    mutating func improveBlock() -> Bool {
        let blockSamples = chain.blockSamples
        let missing = microphone.missing(of: blockSamples)
        guard missing <= fresh - kept else {
            keepAll()
            return false
        }
        keep(missing)
        Self.improve(
            &microphone, &chain, from: keptBefore + kept - blockSamples, reference)
        return true
    }

    private mutating func keep(_ count: Int) {
        Self.append(samples, kept..<kept + count, to: &microphone)
        kept += count
        if kept == fresh {
            keptBefore += kept
            (kept, fresh) = (0, 0)
        }
    }

    private static func append(
        _ samples: borrowing FixedArray<Int16>, _ range: Range<Int>,
        to microphone: inout Microphone
    ) {
        microphone.append(samples.span(range))
    }

    private static func improve(
        _ microphone: inout Microphone, _ chain: inout CaptureChain, from position: Int,
        _ reference: borrowing EchoReference
    ) {
        var block = microphone.mutableNewest(chain.blockSamples)
        chain.process(&block, at: position, reference)
    }

    // MARK: The speaker, as the microphone hears it

    /// Aligns the reference by the samples that wait in both cards: the sound played now is
    /// captured now.
    mutating func alignReference(_ cards: inout CardPair) {
        guard chain.settings.cancelsEcho, let delays = cards.delays else { return }
        reference.align(
            playbackDelay: delays.playback, captureDelay: delays.capture,
            captured: keptBefore + fresh)
    }

    /// Notes samples that the speaker's card has taken.
    mutating func played(_ samples: Span<Int16>, hasVox: Bool) {
        if chain.settings.cancelsEcho { reference.append(samples) }
        if hasVox { activity.add(samples) }
    }

    /// Notes that the speaker is silent from now on.
    mutating func forgetSpeaker() { activity = SpeakerActivity() }

    /// The speaker's sound, as the microphone hears it.
    var speaker: Vox.Speaker {
        mutating get {
            guard activity.isSounding else { return .silent }
            return chain.estimate?.isGood == true ? .cancelled : .heard
        }
    }

    /// Whether there is speech in the block that was improved last.
    mutating func detectSpeech(_ vox: inout Vox, _ speaker: Vox.Speaker) -> Bool {
        vox.add(microphone.newest(chain.blockSamples), speaker: speaker)
    }

    // MARK: Breaks

    /// Notes a gap in the microphone's sound: no frame and no pre-roll reaches over it.
    mutating func breakOff() { microphone.breakOff() }

    /// Forgets the played sound: a card stood still, or is another, so positions have changed.
    mutating func loseReference() {
        guard !chain.settings.isOff else { return }
        reference.breakOff()
        chain.breakOff()
    }

    /// Begins a person's mute: no pre-roll has sound from before it, nor from its fade.
    mutating func beginMute(isRunning: Bool) {
        mute.begin(
            before: microphone.frame(behind: Mute.samples + chain.delaySamples),
            isRunning: isRunning)
    }

    /// The oldest frame of the pre-roll.
    mutating func prerollStart(_ frames: Int) -> Int {
        max(
            microphone.captured - frames, microphone.unbroken, microphone.oldest,
            mute.firstFrame)
    }

    /// Changes the length of frames.
    mutating func change(frameSamples: Int) { microphone.change(frameSamples: frameSamples) }
}

/// Mutes the microphone for a person: all that follows gets silence, voice-operated keys too.
struct Mute {
    /// Samples in which the microphone falls silent.
    static let samples = 480

    private var fader = Fader()
    /// The first frame after the microphone was muted last: no pre-roll reaches before it.
    private(set) var firstFrame = 0

    /// Mutes the microphone from now on.
    ///
    /// - Parameters:
    ///   - frame: The first frame with none of the sound before the mute, nor of its fade.
    ///   - isRunning: Whether the microphone runs; in one that rests, nothing fades.
    mutating func begin(before frame: Int, isRunning: Bool) {
        if !isRunning { fader = Fader(.muted) }
        firstFrame = frame
    }

    /// Mutes captured samples while the microphone is muted, with a fade at both ends.
    mutating func apply(to block: inout MutableSpan<Int16>, isMuted: Bool) {
        let goal: Gain = isMuted ? .muted : .unity
        let (from, to) = fader.move(to: goal, samples: block.count, duration: Self.samples)
        guard from != .unity || to != .unity else { return }
        block.scale(from: from, to: to)
    }
}

/// Turns the samples of the microphone's card into numbered frames.
///
/// The newest frames are kept, so that a talkspurt can begin before its key went down (pre-roll).
struct Microphone: ~Copyable {
    /// Samples kept, whole frames of any length: the longest pre-roll, 200 ms, and the sound that
    /// waits to be encoded.
    private static let samplesMax = 320 * 48

    private var history = FixedArray(count: samplesMax) { _ in Int16(0) }
    /// Samples of a frame: what the encoder takes.
    private var frameSamples: Int
    /// Frames kept.
    private(set) var historyMax: Int
    private var filled = 0
    /// Whole frames captured since the start; the next one has this number.
    private(set) var captured = 0
    /// The first frame after the last gap.
    private(set) var unbroken = 0

    init(frameSamples: Int = PCM.blockMax) {
        precondition(Self.samplesMax % frameSamples == 0)
        self.frameSamples = frameSamples
        historyMax = Self.samplesMax / frameSamples
    }

    /// Changes the length of frames; all kept frames are dropped, but the numbers go on.
    mutating func change(frameSamples: Int) {
        precondition(Self.samplesMax % frameSamples == 0)
        self.frameSamples = frameSamples
        historyMax = Self.samplesMax / frameSamples
        breakOff()
    }

    /// Takes samples of 48 kHz mono, any number of them.
    mutating func append(_ samples: Span<Int16>) {
        var taken = 0
        while taken < samples.count {
            let start = captured % historyMax * frameSamples + filled
            let count = min(frameSamples - filled, samples.count - taken)
            var room = history.mutableSpan(start..<start + count)
            for offset in 0..<count { room[offset] = samples[taken + offset] }
            filled += count
            taken += count
            if filled == frameSamples {
                filled = 0
                captured += 1
            }
        }
    }

    /// The number of samples that complete the current block; a frame consists of one or more.
    func missing(of blockSamples: Int) -> Int { blockSamples - filled % blockSamples }

    /// The first frame after the next `samples` samples, with none of them in it.
    func frame(behind samples: Int) -> Int {
        captured + (filled + samples + frameSamples - 1) / frameSamples
    }

    /// The newest `count` samples, which must be in one frame.
    @_lifetime(borrow self)
    func newest(_ count: Int) -> Span<Int16> {
        history.span(newestEnd - count..<newestEnd)
    }

    /// The same samples, to be improved.
    @_lifetime(&self)
    mutating func mutableNewest(_ count: Int) -> MutableSpan<Int16> {
        history.mutableSpan(newestEnd - count..<newestEnd)
    }

    private var newestEnd: Int {
        filled > 0
            ? captured % historyMax * frameSamples + filled
            : (captured - 1) % historyMax * frameSamples + frameSamples
    }

    /// The oldest frame still kept.
    var oldest: Int { max(0, captured - (historyMax - 1)) }

    /// A frame by its number, from `oldest` up to, not including, `captured`.
    @_lifetime(borrow self)
    func frame(_ number: Int) -> Span<Int16> {
        precondition(number >= oldest && number < captured)
        let start = number % historyMax * frameSamples
        return history.span(start..<start + frameSamples)
    }

    /// The number of frames lost in a gap of this length, together with the frame begun before it.
    ///
    /// Rounded to whole frames; the next frame begins after the gap.
    func framesLost(in nanoseconds: Int64) -> Int64 {
        let samples = PCM.samples(nanoseconds: nanoseconds) + Int64(filled)
        return (samples + Int64(frameSamples) / 2) / Int64(frameSamples)
    }

    /// Forgets the frame begun; after a gap its two halves would not belong together.
    mutating func breakOff() {
        filled = 0
        unbroken = captured
    }
}
