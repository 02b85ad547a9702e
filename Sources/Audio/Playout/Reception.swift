internal import Time

/// The reception of one talker's sound, for REPORT (protocol.md §2.4) and `status`.
public struct ReceptionReport: Equatable, Sendable {
    /// The newest sequence received.
    public var highestSequence: UInt16 = 0
    /// Frames of the last 2 s of talk that did not come themselves, in 1/256; saturates at 255.
    public var loss256: UInt8 = 0
    /// Mean length of a run of such frames, in 1/8 packet; 0 when there was none.
    public var burst8: UInt8 = 0
    /// Interarrival jitter (RFC 3550 §6.4.1) in 0.1 ms.
    public var jitter: UInt16 = 0
    /// How long a frame waits here before it is played, ms.
    public var playoutDelayMs: UInt16 = 0
    /// Sound invented in the last second, ms.
    public var concealedMs: UInt16 = 0
    /// Packets received in the last second.
    public var received: UInt16 = 0

    public init() {}
}

/// Counters since the start of one talker.
public struct ReceptionTotals: Equatable, Sendable {
    /// Packets, copies (redundancy) and duplicates not counted.
    public var received: UInt64 = 0
    /// Frames whose turn has passed, and that came neither themselves nor as a copy in time,
    /// although a frame at least three places later has come.
    public var lost: UInt64 = 0
    /// Frames that came only as a copy (redundancy), in time to be played.
    public var recovered: UInt64 = 0
    /// Packets that came after their frame was due.
    public var late: UInt64 = 0
    public var duplicates: UInt64 = 0
    /// Payloads that are no Opus packet of 2.5, 5, 10 or 20 ms.
    public var malformed: UInt64 = 0
    /// Talkspurts begun.
    public var spurts: UInt64 = 0
    /// How often the buffer started again: sequence jump, other frame duration, 10 s of silence.
    public var restarts: UInt64 = 0
    /// Sound invented, ms.
    public var concealedMs: UInt64 = 0
    /// Sound left out or inserted to change the delay, ms.
    public var stretchedMs: UInt64 = 0
    /// Sound discarded because far too much had piled up, ms.
    public var skippedMs: UInt64 = 0

    public init() {}
}

/// The running statistics behind reports and totals.
struct Reception {
    var totals = ReceptionTotals()

    private var concealedSamples: UInt64 = 0
    private var stretchedSamples: UInt64 = 0
    private var skippedSamples: UInt64 = 0

    /// RFC 3550's estimator, in 1/16 sample.
    private var jitter16: Int64 = 0
    private var lastTransit: Int64?

    /// One bit per frame of talk, 1 for a frame that did not come itself; the newest is at
    /// `newest`.
    private var lossBits = InlineArray<16, UInt64>(repeating: 0)
    private var newest = 0
    private var observed = 0

    /// Packets received and sound invented in each tenth of a second.
    private var tenths = InlineArray<16, Tenth>(repeating: Tenth())

    private struct Tenth {
        var number: Int64 = -1
        var received: UInt16 = 0
        var concealed: UInt32 = 0
    }

    /// Counts one packet.
    ///
    /// - Parameters:
    ///   - now: When it arrived.
    ///   - transit: Arrival minus media time, in samples; nil for pre-roll, which is sent in one
    ///     burst and says nothing about the network.
    mutating func receive(at now: Instant, transit: Int64?) {
        totals.received += 1
        let place = tenth(of: now)
        tenths[place].received &+= 1
        if let transit, let lastTransit {
            jitter16 += abs(transit - lastTransit) - ((jitter16 + 8) >> 4)
        }
        lastTransit = transit
    }

    /// Counts invented sound, in samples.
    mutating func conceal(_ samples: Int, at now: Instant) {
        let place = tenth(of: now)
        tenths[place].concealed &+= UInt32(samples)
        concealedSamples &+= UInt64(samples)
        totals.concealedMs = concealedSamples / 48
    }

    /// Counts sound left out or inserted, in samples.
    mutating func stretch(_ samples: Int) {
        stretchedSamples &+= UInt64(abs(samples))
        totals.stretchedMs = stretchedSamples / 48
    }

    /// Counts discarded sound, in samples.
    mutating func skip(_ samples: Int64) {
        skippedSamples &+= UInt64(samples)
        totals.skippedMs = skippedSamples / 48
    }

    /// Counts a frame that did not come itself.
    mutating func count(isRecovered: Bool) {
        if isRecovered { totals.recovered += 1 } else { totals.lost += 1 }
    }

    /// Records for the reports whether the next frame of talk came itself.
    mutating func observe(lost: Bool) {
        newest = (newest + 1) & 1023
        let bit = UInt64(1) << UInt64(newest & 63)
        if lost {
            lossBits[newest >> 6] |= bit
        } else {
            lossBits[newest >> 6] &= ~bit
        }
        observed = min(observed + 1, 1024)
    }

    /// The figures of the last seconds, except the playout delay and the sequence.
    func report(at now: Instant, frameSamples: Int) -> ReceptionReport {
        var report = ReceptionReport()
        let frames = min(observed, 2 * PCM.sampleRate / frameSamples)
        var (lost, runs, wasLost) = (0, 0, false)
        for n in 0..<frames {
            let i = (newest - n) & 1023
            let isLost = lossBits[i >> 6] >> UInt64(i & 63) & 1 == 1
            if isLost { lost += 1 }
            if isLost && !wasLost { runs += 1 }
            wasLost = isLost
        }
        if frames > 0 { report.loss256 = UInt8(clamping: lost * 256 / frames) }
        if runs > 0 { report.burst8 = UInt8(clamping: (lost * 8 + runs / 2) / runs) }
        // 1/16 sample at 48 kHz to 0.1 ms: 16 · 4.8.
        report.jitter = UInt16(clamping: (jitter16 * 10 + 384) / 768)

        let current = now.nanoseconds / 100_000_000
        var concealed = 0
        for i in tenths.indices where tenths[i].number > current - 10 {
            guard tenths[i].number <= current else { continue }
            report.received &+= tenths[i].received
            concealed += Int(tenths[i].concealed)
        }
        report.concealedMs = UInt16(clamping: concealed / 48)
        return report
    }

    /// The entry of this tenth of a second, emptied if it was an older one's.
    private mutating func tenth(of now: Instant) -> Int {
        let number = now.nanoseconds / 100_000_000
        let place = Int(number & 15)
        if tenths[place].number != number { tenths[place] = Tenth(number: number) }
        return place
    }

    /// Forgets the last transit time: another talkspurt begins, whose times do not follow on.
    mutating func forgetTransit() { lastTransit = nil }
}
