internal import Audio
internal import Realtime
internal import Time

/// One of the voices that can be heard at once, and the talker it belongs to now.
struct VoiceSlot: ~Copyable {
    struct Owner: Equatable {
        let peer: Int
        let stream: UInt8
    }

    /// How long sound of an unbound stream is kept for its binding to come (protocol.md §2.4).
    static let unboundMax = Duration.milliseconds(200)
    /// A voice keeps its place, and its decoder its memory, for this long after its last packet.
    static let keptFor = Duration.seconds(10)
    /// Where all places are taken, one that has been silent for this long gives way.
    static let yieldsAfter = Duration.milliseconds(500)

    var voice: Voice
    var owner: Owner?
    var since = Instant(nanoseconds: 0)
    var lastPacket = Instant(nanoseconds: 0)
    var nextReport = Instant(nanoseconds: 0)
    /// Whether the last playout block had its sound.
    var isSounding = false
    var meter = LevelMeter()
    /// How much of it was heard, for its talker.
    var tally = HeardTally()
    /// Its gain on the way to what it is to be, and how far it is turned down for others.
    private(set) var fader = Fader(.muted)
    private(set) var ducker = Fader()
    /// The voice's totals as of the last report to the talker.
    private var reported = ReceptionTotals()
    /// The voice's totals as they were counted last.
    private var counted = ReceptionTotals()

    init(voice: consuming Voice) { self.voice = voice }

    /// Places for as many talkers as can be heard at once.
    static func slots(_ plan: MediaPlan) throws(OpusError) -> FixedArray<VoiceSlot> {
        try FixedArray(count: Talkers.voicesMax) { (_) throws(OpusError) in
            VoiceSlot(
                voice: try Voice(
                    preset: plan.jitterPreset, delayMax: plan.jitterMax,
                    blockSamples: plan.sound.blockSamples))
        }
    }

    /// Gives the place to another talker.
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

    /// Down within a word's first sound, up so slowly that nobody notices.
    static func move(
        _ ducker: inout Fader, to duck: Gain, samples: Int
    ) -> (from: Gain, to: Gain) {
        ducker.move(to: duck, samples: samples, duration: duck != .unity ? 2_400 : 19_200)
    }

    /// What it sees since the last report: what was received and invented, it says once.
    ///
    /// Sound that came and was skipped was not heard, either.
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

    /// The place for a new talker: a free one, else that of the voice silent longest.
    static func place(in slots: borrowing FixedArray<VoiceSlot>, at now: Instant) -> Int? {
        var silent: (place: Int, since: Instant)?
        for place in slots.indices {
            guard slots[place].owner != nil else { return place }
            let since = slots[place].lastPacket
            guard !slots[place].isSounding, now - since >= yieldsAfter else { continue }
            if let silent, silent.since <= since { continue }
            silent = (place, since)
        }
        return silent?.place
    }
}
