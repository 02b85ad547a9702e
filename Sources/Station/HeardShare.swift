public import Time
public import Wire

/// The share of one talkspurt that each listener has heard, from its reports (protocol.md §2.4).
///
/// A REPORT counts packets and concealed sound since the last one; the HEARD record beside it gives
/// the share of the played sound that came out of a speaker. The last reports come a moment after
/// the talkspurt's end. A listener that reports nothing counts as having heard nothing. Pure.
public struct HeardShare: Sendable {
    /// The outcome at one listener.
    public struct Outcome: Equatable, Sendable {
        /// How much was heard of the sound that was sent; if the listener runs an older program, of
        /// the sound that has arrived.
        public var percent = 0
        /// Why some of it was not heard, as the listener reports; `heard` when nothing was missing.
        public var why = Unheard.heard
        /// Whether any report came back.
        public var hasReported = false
        /// Whether the listener reports what was heard, and not only what has arrived.
        public var isKnown = false
        /// Whether the listener sent no report after the end, so that the outcome is incomplete.
        public var hasGone = false

        public init() {}
    }

    /// The reports of one listener so far.
    private struct Listener {
        /// Packets of this talkspurt that the listener has reported.
        var received = 0
        /// Milliseconds that have arrived, in packets or as copies.
        var cameMs = 0.0
        var heardMs = 0.0
        var unheardMs = 0.0
        var why = Unheard.heard
        var hasReported = false
        var isKnown = false
        /// The listener's last statement on whether it hears us.
        var now: Unheard?
        /// When the listener stopped hearing us, and how long it did not hear us before; a deaf
        /// listener may play nothing and then sends no report.
        var deafSince: Instant?
        var deafMs = 0.0
        /// When the listener last sent a statement.
        var saidAt: Instant?

        mutating func update(_ why: Unheard, at moment: Instant) {
            now = why
            guard why == .heard else {
                self.why = why
                deafSince = deafSince ?? moment
                return
            }
            deafMs = deafMs(until: moment)
            deafSince = nil
        }

        /// Adds played sound, of which a share (in 1/255) was heard.
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
    /// The number of the first frame, where known.
    private let first: UInt16?
    /// All peers that should hear the talkspurt.
    public private(set) var listeners: PeerSet
    /// Milliseconds of a frame.
    private let frameMs: Double
    private var told = [Listener](repeating: Listener(), count: PeerSet.capacity)

    /// A frame number this far from the first or farther means that the numbers wrapped around
    /// before the listener joined.
    private static let reach = 1_024
    /// Lost packets in a row, in 1/8, that copies can still repair: no copy lies farther behind.
    private static let mendedMost: UInt8 = 4 * 8
    /// A listener that is silent for longer counts as gone: three of its reports are missing by
    /// then.
    private static let goneAfter = Duration.milliseconds(3_200)
    /// A reason that passes by itself counts once it has stood for this time: where two people let
    /// go and press at the same moment, the next HEARD, up to 0.2 s later, says `heard`.
    private static let passesWithin = Duration.milliseconds(400)

    public init(stream: UInt8, first: UInt16? = nil, listeners: PeerSet, frameMs: Double) {
        precondition(frameMs > 0)
        self.stream = stream
        self.first = first
        self.listeners = listeners
        self.frameMs = frameMs
    }

    /// Adds listeners.
    public mutating func join(_ others: PeerSet) { listeners = listeners.union(others) }

    /// Takes a listener's report and the HEARD record beside it.
    ///
    /// If the listener reports how much it has played, `add` counts that instead.
    ///
    /// - Returns: The part of the report that belongs to earlier talkspurts or to another stream;
    ///   nil if there is none.
    @discardableResult
    public mutating func report(
        _ report: Report, _ heard: Heard? = nil, from peer: Int, at now: Instant
    ) -> Report? {
        guard report.stream == stream, listeners.contains(peer) else { return report }
        let (own, earlier) = parts(of: report, from: peer)
        if let own { count(own, heard, from: peer, at: now) }
        return earlier
    }

    /// Adds sound that a listener played, a share of which was heard.
    public mutating func add(_ ms: UInt16, _ heard: Heard, from peer: Int, at now: Instant) {
        guard heard.stream == stream, listeners.contains(peer) else { return }
        told[peer].hasReported = true
        told[peer].isKnown = true
        told[peer].saidAt = now
        told[peer].add(Double(ms), share: heard.share)
    }

    /// Returns the milliseconds that have arrived at a listener, but that it has not reported as
    /// played; at most those of `frames`, the sent frames, where known.
    public func waiting(at peer: Int, frames: Int? = nil) -> UInt16 {
        let sent = frames.map { Double($0) * frameMs } ?? .infinity
        let played = told[peer].heardMs + told[peer].unheardMs
        return UInt16(clamping: Int(max(0, min(told[peer].cameMs, sent, 65_535) - played)))
    }

    /// Splits a report between this talkspurt and earlier ones of its stream.
    private func parts(of report: Report, from peer: Int) -> (own: Report?, earlier: Report?) {
        // In a long talk the numbers wrap around; by then, no reports on the previous talkspurt
        // come any more.
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

    private mutating func count(
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
        // With a share between 0 and 255 the sound was partly heard: only the next record shows
        // which state lasts.
        if heard.share == 0 || heard.share == 255 { told[peer].update(heard.why, at: now) }
        guard heard.played == nil else { return }
        told[peer].add(arrived(report), share: heard.share)
    }

    /// Milliseconds that have arrived, in packets or as copies: copies repair losses of a few
    /// packets.
    private func came(_ report: Report) -> Double {
        let own = Double(report.received) * frameMs
        return report.burst <= Self.mendedMost ? max(own, arrived(report)) : own
    }

    /// Milliseconds that have arrived: copies are assumed to have repaired all losses, except the
    /// concealed sound.
    private func arrived(_ report: Report) -> Double {
        let came = Double(report.received) * frameMs * 256 / Double(256 - Int(report.loss))
        return max(0, came - Double(report.concealed))
    }

    /// Takes a HEARD record without a report: the listener's state at this moment.
    public mutating func note(_ heard: Heard, from peer: Int, at now: Instant) {
        guard heard.stream == stream, listeners.contains(peer) else { return }
        told[peer].isKnown = true
        told[peer].saidAt = now
        told[peer].update(heard.why, at: now)
    }

    /// Returns whether a listener last reported that it hears this station; nil before its report.
    public func hears(_ peer: Int) -> Bool? {
        guard listeners.contains(peer) else { return nil }
        return told[peer].now.map { $0 == .heard }
    }

    /// Returns the same, but nil while a reason may still pass.
    public func hearsNow(_ peer: Int, at now: Instant) -> Bool? {
        passes(peer).map { now < $0 } == true ? nil : hears(peer)
    }

    /// When the next reason that may still pass counts; nil without one.
    public func nextCount(after now: Instant) -> Instant? {
        listeners.compactMap { passes($0) }.filter { $0 > now }.min()
    }

    /// Until when the reason why a listener does not hear may pass; nil for one that stays.
    private func passes(_ peer: Int) -> Instant? {
        switch told[peer].now {
        case .heldDown, .outranked, .over, .tooMany:
            told[peer].deafSince.map { $0 + Self.passesWithin }
        default: nil
        }
    }

    /// Whether a listener sends no reports, during a talk that has lasted since `begin` at least.
    public func isSilent(_ peer: Int, since begin: Instant, at now: Instant) -> Bool {
        now - max(begin, told[peer].saidAt ?? begin) >= Self.goneAfter
    }

    /// Whether a listener reports without HEARD records: an older program.
    public func isOlder(_ peer: Int) -> Bool { told[peer].hasReported && !told[peer].isKnown }

    /// Why a listener does not hear this station now; nil when it does, or has not reported.
    public func whyNow(_ peer: Int, at now: Instant) -> Unheard? {
        hearsNow(peer, at: now) == false ? told[peer].now : nil
    }

    /// Returns the outcome at a listener of so many frames, the last of which was sent at `end`.
    public func outcome(of peer: Int, frames: Int, endedAt end: Instant) -> Outcome {
        let told = told[peer]
        var outcome = Outcome()
        outcome.hasReported = told.hasReported || told.isKnown
        outcome.isKnown = told.isKnown
        outcome.percent = percent(of: peer, frames: frames)
        outcome.hasGone = outcome.percent < 95 && told.saidAt.map { $0 < end } ?? false
        // A syllable that was not heard, for example under another voice, is too little to give a
        // reason.
        let isSilent = told.deafMs(until: end) * 20 > Double(frames) * frameMs
        let isMuch =
            told.unheardMs * 20 > told.heardMs + told.unheardMs || isSilent && outcome.percent < 95
        if isMuch || outcome.percent == 0 { outcome.why = told.why }
        return outcome
    }

    /// Returns how many percent of so many frames a listener has heard.
    public func percent(of peer: Int, frames: Int) -> Int {
        guard frames > 0 else { return 0 }
        let share = told[peer].heardMs * 100 / (Double(frames) * frameMs)
        return Int(min(100, share.rounded()))
    }
}
