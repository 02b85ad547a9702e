internal import Audio
internal import Realtime
internal import Time
internal import Wire

/// One of the voices that can be heard at once, and the talker that has it now.
struct VoiceSlot: ~Copyable {
    struct Owner: Equatable {
        let peer: Int
        let stream: UInt8
    }

    /// The time that the sound of an unbound stream waits for its binding (protocol.md §2.4).
    static let unboundMax = Duration.milliseconds(200)
    /// The time after the last packet for which a voice keeps its slot, and its decoder the sound.
    static let keptFor = Duration.seconds(10)
    /// If all slots are in use, a voice that has been silent for this long loses its slot.
    static let yieldsAfter = Duration.milliseconds(500)

    var voice: Voice
    var owner: Owner?
    var since = Instant(nanoseconds: 0)
    var lastPacket = Instant(nanoseconds: 0)
    var nextReport = Instant(nanoseconds: 0)
    /// Whether this voice sounds in the last block played.
    var isSounding = false
    var meter = LevelMeter()
    /// Counts the sound that was heard, for reports to the talker.
    var tally = HeardTally()
    /// Moves the gain of the voice itself; `ducker` lowers it under higher priorities.
    private(set) var fader = Fader(.muted)
    private(set) var ducker = Fader()
    /// The voice's totals as of the last report to the talker.
    private var reported = ReceptionTotals()
    /// The voice's totals when they were last counted.
    private var counted = ReceptionTotals()

    init(voice: consuming Voice) { self.voice = voice }

    /// Slots for as many talkers as can be heard at once.
    static func slots(_ plan: MediaPlan) throws(OpusError) -> FixedArray<VoiceSlot> {
        try FixedArray(count: Talkers.voicesMax) { (_) throws(OpusError) in
            VoiceSlot(
                voice: try Voice(
                    preset: plan.jitterPreset, blockSamples: plan.sound.blockSamples))
        }
    }

    /// Gives the slot to another talker.
    mutating func assign(to owner: Owner, at now: Instant) {
        voice.reset()
        meter.reset()
        tally = HeardTally()
        counted = ReceptionTotals()
        reported = ReceptionTotals()
        self.owner = owner
        fader = Fader(.muted)
        ducker = Fader()
        since = now
        nextReport = now + .seconds(1)
    }

    /// The gain at the beginning and at the end of a block.
    ///
    /// A voice that begins has its full gain at once: `Voice` fades it in.
    mutating func fade(
        to gain: Gain, _ duck: Gain, samples: Int, isBeginning: Bool
    ) -> (from: Gain, to: Gain) {
        if isBeginning {
            fader = Fader(gain)
            ducker = Fader(duck)
        }
        let own = fader.move(to: gain, samples: samples, duration: 480)
        let others = Self.move(&ducker, to: duck, samples: samples)
        return (own.from * others.from, own.to * others.to)
    }

    /// Turns a voice down within the first sound of a word, and up too slowly to be noticed.
    static func move(
        _ ducker: inout Fader, to duck: Gain, samples: Int
    ) -> (from: Gain, to: Gain) {
        ducker.move(to: duck, samples: samples, duration: duck != .unity ? 2_400 : 19_200)
    }

    /// The reception since the last report; each packet and each stretch of concealed sound is
    /// reported once.
    ///
    /// Sound that was received and then skipped counts as concealed: it was not heard.
    mutating func newReport(at now: Instant) -> ReceptionReport {
        var report = voice.report(at: now)
        let totals = voice.totals
        report.received = UInt16(clamping: totals.received - reported.received)
        report.concealedMs = UInt16(
            clamping: totals.concealedMs - reported.concealedMs + totals.skippedMs
                - reported.skippedMs)
        reported = totals
        return report
    }

    /// The frames lost and recovered and the sound concealed and stretched since the last call.
    mutating func newTotals() -> ReceptionTotals {
        let totals = voice.totals
        defer { counted = totals }
        var new = ReceptionTotals()
        new.lost = totals.lost - counted.lost
        new.recovered = totals.recovered - counted.recovered
        new.concealedMs = totals.concealedMs - counted.concealedMs
        new.stretchedMs = totals.stretchedMs - counted.stretchedMs
        return new
    }
}

/// The share of one voice's sound that was heard here, for the HEARD records to its talker.
struct HeardTally {
    /// The least time between two reports of a state that flutters, as half duplex may.
    static let pause = Duration.milliseconds(200)

    private var heard = 0
    private var all = 0
    /// Samples of the voice decoded so far, and how many of them were reported.
    private(set) var decoded: UInt64 = 0
    private var told: UInt64 = 0
    /// Repeats of a talkspurt's last report that are still due, because a report may be lost.
    private var repeats = 0
    static let repeatsMax = 2
    static let repeatPause = Duration.milliseconds(150)
    /// The reason why the voice is not heard now.
    private(set) var now = Unheard.heard
    /// The last reason why the voice was not heard, since the last report.
    private var before = Unheard.heard
    /// The state last reported to the talker; nil at the beginning of a talkspurt.
    private var known: Unheard?
    private var next = Instant(nanoseconds: .min)

    /// Begins a talkspurt: its talker gets the first state at once, and the rest of the former
    /// talkspurt, fading out, does not count.
    mutating func begin() {
        known = nil
        repeats = 0
        forget()
    }

    private mutating func forget() { (heard, all, before) = (0, 0, .heard) }

    /// Counts a played block; `decoded` is all samples of the voice that were not concealed.
    ///
    /// - Returns: Whether the talker must get the state at once.
    mutating func played(
        _ samples: Int, decoded: UInt64, _ why: Unheard, at moment: Instant
    ) -> Bool {
        // A voice that starts again counts from 0.
        if decoded < told { told = 0 }
        self.decoded = decoded
        all += samples
        if why == .heard { heard += samples } else { before = why }
        now = why
        guard why != known, moment >= next else { return false }
        known = why
        next = moment + Self.pause
        return true
    }

    /// Whether something was played that was not reported.
    var hasPlayed: Bool { decoded - told >= 48 }

    /// The HEARD beside a REPORT; reports each millisecond played once, and adds it to `total`.
    mutating func report(of stream: UInt8, total: inout UInt16) -> Heard {
        defer { forget() }
        var found = state(of: stream)
        let ms = UInt16(clamping: (decoded - told) / 48)
        told += UInt64(ms) * 48
        total &+= ms
        found.played = Heard.Played(ms: ms, total: total)
        guard all > 0 else { return found }
        found.share = UInt8(heard * 255 / all)
        found.why = found.share == 255 ? .heard : before
        return found
    }

    /// Notes that nothing more of the talkspurt is played.
    mutating func end() { repeats = Self.repeatsMax }

    /// The last report of a talkspurt once more; nil after the last repeat.
    mutating func reportAgain(of stream: UInt8, total: UInt16) -> Heard? {
        guard repeats > 0 else { return nil }
        repeats -= 1
        var found = state(of: stream)
        found.played = Heard.Played(ms: 0, total: total)
        return found
    }

    /// The record of this moment, without the sound played.
    func state(of stream: UInt8) -> Heard {
        Heard(stream: stream, share: now == .heard ? 255 : 0, why: now)
    }
}
