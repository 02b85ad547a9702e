internal import Audio
internal import Realtime
internal import Time

/// One of the voices that can be heard at once, and the talker it belongs to now.
struct VoiceSlot: ~Copyable {
    struct Owner: Equatable {
        let peer: Int
        let stream: UInt8
    }

    /// Sound of an unbound stream is kept this long, until its binding comes (protocol.md §2.4).
    static let unboundMax = Duration.milliseconds(200)
    /// A voice keeps its slot, and its decoder its memory, for this long after its last packet.
    static let keptFor = Duration.seconds(10)
    /// If all slots are in use, a voice that has been silent for this long loses its slot.
    static let yieldsAfter = Duration.milliseconds(500)

    var voice: Voice
    var owner: Owner?
    var since = Instant(nanoseconds: 0)
    var lastPacket = Instant(nanoseconds: 0)
    var nextReport = Instant(nanoseconds: 0)
    /// Whether the last playout block had its sound.
    var isSounding = false
    var meter = LevelMeter()
    /// Counts the sound that was heard, for reports to the talker.
    var tally = HeardTally()
    /// Moves the gain of the voice itself; `ducker` moves its gain under higher priorities.
    private(set) var fader = Fader(.muted)
    private(set) var ducker = Fader()
    /// The voice's totals as of the last report to the talker.
    private var reported = ReceptionTotals()
    /// The voice's totals as they were counted last.
    private var counted = ReceptionTotals()

    init(voice: consuming Voice) { self.voice = voice }

    /// Slots for as many talkers as can be heard at once.
    static func slots(_ plan: MediaPlan) throws(OpusError) -> FixedArray<VoiceSlot> {
        try FixedArray(count: Talkers.voicesMax) { (_) throws(OpusError) in
            VoiceSlot(
                voice: try Voice(
                    preset: plan.jitterPreset, delayMax: plan.jitterMax,
                    blockSamples: plan.sound.blockSamples))
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
    /// A voice that begins gets its full gain at once, because `Voice` fades it in.
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

    /// Turns down within the first sound of a word, and up too slowly to be noticed.
    static func move(
        _ ducker: inout Fader, to duck: Gain, samples: Int
    ) -> (from: Gain, to: Gain) {
        ducker.move(to: duck, samples: samples, duration: duck != .unity ? 2_400 : 19_200)
    }

    /// The reception since the last report; each packet and each invented sound is reported once.
    ///
    /// Sound that was received and then skipped counts as invented: it was not heard.
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

    /// The packets received, lost and made up since the last call.
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
