public import Time
public import Wire

/// How much of one talkspurt each listener has heard, from what they report (protocol.md §2.4).
///
/// A REPORT tells of the packets and the invented sound since the one before it, the HEARD beside
/// it which share of what was played came out of a speaker; the last ones come a moment after the
/// talkspurt's end. Who reports nothing has heard nothing. Pure.
public struct HeardShare: Sendable {
    /// What came of it at one listener.
    public struct Outcome: Equatable, Sendable {
        /// Of what was sent; where the listener is of an older program, of what has arrived.
        public var percent = 0
        /// Why not all of it was heard, as the listener says; `heard` where nothing kept it.
        public var why = Unheard.heard
        /// Whether anything came back.
        public var hasReported = false
        /// Whether the listener says what was heard, and not only what has arrived.
        public var isKnown = false
        /// Whether it said nothing more after the end, and so not all.
        public var hasGone = false

        public init() {}
    }

    /// What one listener has told so far.
    private struct Listener {
        /// Packets of this talkspurt that it has reported.
        var received = 0
        /// Milliseconds that have come, in packets or as copies.
        var cameMs = 0.0
        var heardMs = 0.0
        var unheardMs = 0.0
        var why = Unheard.heard
        var hasReported = false
        var isKnown = false
        /// What it said last: whether it hears us at this moment.
        var now: Unheard?
        /// Since when it does not, and how long it did not before: it may play nothing meanwhile,
        /// and then it reports nothing either.
        var deafSince: Instant?
        var deafMs = 0.0
        /// When it said something last.
        var saidAt: Instant?

        mutating func follow(_ why: Unheard, at moment: Instant) {
            now = why
            guard why == .heard else {
                self.why = why
                deafSince = deafSince ?? moment
                return
            }
            deafMs = deafMs(until: moment)
            deafSince = nil
        }

        /// So much was played, and of that a share heard, in 1/255.
        mutating func add(_ ms: Double, share: UInt8) {
            heardMs += ms * Double(share) / 255
            unheardMs += ms * Double(255 - share) / 255
        }

        func deafMs(until end: Instant) -> Double {
            guard let deafSince else { return deafMs }
            return deafMs + max(0, Double((end - deafSince).nanoseconds) / 1e6)
        }
    }

    public let stream: UInt8
    /// The number of its first frame, where that is known.
    private let first: UInt16?
    /// All who were to hear it.
    public private(set) var listeners: PeerSet
    /// Milliseconds of a frame.
    private let frameMs: Double
    private var told = [Listener](repeating: Listener(), count: PeerSet.capacity)

    /// Frames that lie so far before the first, or farther, are of one who came to listen when the
    /// numbers had gone round.
    private static let reach = 1_024
    /// Of lost packets in a row, in 1/8: copies lie no farther behind.
    private static let mendedMost: UInt8 = 4 * 8
    /// It is taken for gone when it is silent for longer: three reports are missing then.
    private static let goneAfter = Duration.milliseconds(3_200)

    public init(stream: UInt8, first: UInt16? = nil, listeners: PeerSet, frameMs: Double) {
        precondition(frameMs > 0)
        self.stream = stream
        self.first = first
        self.listeners = listeners
        self.frameMs = frameMs
    }

    /// Others listen as well from now on.
    public mutating func join(_ others: PeerSet) { listeners = listeners.union(others) }

    /// Takes a listener's report, and what it said beside it of what was heard; of another stream
    /// they say nothing.
    ///
    /// If the listener reports how much it has played, `add` counts that, and not this method.
    ///
    /// - Returns: The part of the report that belongs to earlier talkspurts or to another stream;
    ///   nil if there is none.
    @discardableResult
    public mutating func report(
        _ report: Report, _ heard: Heard? = nil, from peer: Int, at now: Instant
    ) -> Report? {
        guard report.stream == stream, listeners.contains(peer) else { return report }
        let (own, earlier) = parts(of: report, from: peer)
        if let own { take(own, heard, from: peer, at: now) }
        return earlier
    }

    /// So much of it was played at a listener, of which a share was heard.
    public mutating func add(_ ms: UInt16, _ heard: Heard, from peer: Int, at now: Instant) {
        guard heard.stream == stream, listeners.contains(peer) else { return }
        told[peer].hasReported = true
        told[peer].isKnown = true
        told[peer].saidAt = now
        told[peer].add(Double(ms), share: heard.share)
    }

    /// Milliseconds that have arrived at a listener and were not played yet, as far as it has told,
    /// of so many frames that were sent, where that is known.
    public func waiting(at peer: Int, frames: Int? = nil) -> UInt16 {
        let sent = frames.map { Double($0) * frameMs } ?? .infinity
        let played = told[peer].heardMs + told[peer].unheardMs
        return UInt16(clamping: Int(max(0, min(told[peer].cameMs, sent, 65_535) - played)))
    }

    /// Splits a report between this talkspurt and earlier ones of its stream.
    private func parts(of report: Report, from peer: Int) -> (own: Report?, earlier: Report?) {
        // In a long talk the numbers go round, and reports of the one before are no more.
        guard let first, told[peer].received < Self.reach else { return (report, nil) }
        let frames = Int(Int16(bitPattern: report.highest &- first)) + 1
        guard frames < Int(report.received) || frames <= 0, frames > -Self.reach else {
            return (report, nil)
        }
        guard frames > 0 else { return (nil, report) }
        var (own, earlier) = (report, report)
        own.received = UInt16(frames)
        own.concealed = UInt16(Int(report.concealed) * frames / Int(report.received))
        earlier.received -= own.received
        earlier.concealed -= own.concealed
        earlier.highest = first &- 1
        return (own, earlier)
    }

    private mutating func take(
        _ report: Report, _ heard: Heard?, from peer: Int, at now: Instant
    ) {
        told[peer].hasReported = true
        told[peer].saidAt = now
        told[peer].received += Int(report.received)
        told[peer].cameMs += came(report)
        guard let heard, heard.stream == stream else {
            told[peer].heardMs += arrived(report)
            return
        }
        told[peer].isKnown = true
        if heard.why != .heard { told[peer].why = heard.why }
        // What was heard in part is over, or goes on: what is told at once says which.
        if heard.share == 0 || heard.share == 255 { told[peer].follow(heard.why, at: now) }
        guard heard.played == nil else { return }
        told[peer].add(arrived(report), share: heard.share)
    }

    /// Milliseconds that have come, in packets or as copies: these mend what is lost a few packets
    /// at a time.
    private func came(_ report: Report) -> Double {
        let own = Double(report.received) * frameMs
        return report.burst <= Self.mendedMost ? max(own, arrived(report)) : own
    }

    /// Milliseconds that have come: copies are taken to have mended what did not come itself, but
    /// for what was invented.
    private func arrived(_ report: Report) -> Double {
        let came = Double(report.received) * frameMs * 256 / Double(256 - Int(report.loss))
        return max(0, came - Double(report.concealed))
    }

    /// Takes what a listener says without a report: how it is at this moment.
    public mutating func note(_ heard: Heard, from peer: Int, at now: Instant) {
        guard heard.stream == stream, listeners.contains(peer) else { return }
        told[peer].isKnown = true
        told[peer].saidAt = now
        told[peer].follow(heard.why, at: now)
    }

    /// Whether a listener hears it at this moment; nil until it has said so.
    public func hearsNow(_ peer: Int) -> Bool? {
        guard listeners.contains(peer) else { return nil }
        return told[peer].now.map { $0 == .heard }
    }

    /// Whether nothing comes back of a listener, of a talk that goes on since then at least.
    public func isSilent(_ peer: Int, since begin: Instant, at now: Instant) -> Bool {
        now - max(begin, told[peer].saidAt ?? begin) >= Self.goneAfter
    }

    /// Whether a listener has reported, and does not say what was heard: an older program.
    public func isOlder(_ peer: Int) -> Bool { told[peer].hasReported && !told[peer].isKnown }

    /// Why a listener does not hear it at this moment; nil where it does, or has not said.
    public func whyNow(_ peer: Int) -> Unheard? {
        told[peer].now.flatMap { $0 == .heard ? nil : $0 }
    }

    /// What came of so many frames at a listener, the last of which was sent at `end`.
    public func outcome(of peer: Int, frames: Int, endedAt end: Instant) -> Outcome {
        let told = told[peer]
        var outcome = Outcome()
        outcome.hasReported = told.hasReported || told.isKnown
        outcome.isKnown = told.isKnown
        outcome.percent = percent(of: peer, frames: frames)
        outcome.hasGone = outcome.percent < 95 && told.saidAt.map { $0 < end } ?? false
        // What is held down for a syllable is no reason.
        let isSilent = told.deafMs(until: end) * 20 > Double(frames) * frameMs
        let isMuch =
            told.unheardMs * 20 > told.heardMs + told.unheardMs || isSilent && outcome.percent < 95
        if isMuch || outcome.percent == 0 { outcome.why = told.why }
        return outcome
    }

    /// Per cent that a listener has heard of so many frames.
    public func percent(of peer: Int, frames: Int) -> Int {
        guard frames > 0 else { return 0 }
        let share = told[peer].heardMs * 100 / (Double(frames) * frameMs)
        return Int(min(100, share.rounded()))
    }
}
