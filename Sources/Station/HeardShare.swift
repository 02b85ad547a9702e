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

        public init() {}
    }

    /// What one listener has told so far.
    private struct Listener {
        var heardMs = 0.0
        var unheardMs = 0.0
        var why = Unheard.heard
        var hasReported = false
        var isKnown = false
        /// What it said last: whether it hears us at this moment.
        var now: Unheard?
    }

    public let stream: UInt8
    /// All who were to hear it.
    public private(set) var listeners: PeerSet
    /// Milliseconds of a frame.
    private let frameMs: Double
    private var told = [Listener](repeating: Listener(), count: PeerSet.capacity)

    public init(stream: UInt8, listeners: PeerSet, frameMs: Double) {
        precondition(frameMs > 0)
        self.stream = stream
        self.listeners = listeners
        self.frameMs = frameMs
    }

    /// Others listen as well from now on.
    public mutating func join(_ others: PeerSet) { listeners = listeners.union(others) }

    /// Takes a listener's report, and what it said beside it of what was heard; of another stream
    /// they say nothing.
    public mutating func report(_ report: Report, _ heard: Heard? = nil, from peer: Int) {
        guard report.stream == stream, listeners.contains(peer) else { return }
        told[peer].hasReported = true
        // Copies mend what did not come itself: it counts as sound, unless it was invented.
        let came = Double(report.received) * frameMs * 256 / Double(256 - Int(report.loss))
        let played = max(0, came - Double(report.concealed))
        guard let heard, heard.stream == stream else {
            told[peer].heardMs += played
            return
        }
        told[peer].isKnown = true
        if heard.why != .heard { told[peer].why = heard.why }
        // What was heard in part is over, or goes on: what is told at once says which.
        if heard.share == 0 || heard.share == 255 { told[peer].now = heard.why }
        let share = Double(heard.share) / 255
        told[peer].heardMs += played * share
        told[peer].unheardMs += played * (1 - share)
    }

    /// Takes what a listener says without a report: how it is at this moment.
    public mutating func note(_ heard: Heard, from peer: Int) {
        guard heard.stream == stream, listeners.contains(peer) else { return }
        told[peer].isKnown = true
        told[peer].now = heard.why
        if heard.why != .heard { told[peer].why = heard.why }
    }

    /// Whether a listener hears it at this moment; nil until it has said so.
    public func hearsNow(_ peer: Int) -> Bool? {
        guard listeners.contains(peer) else { return nil }
        return told[peer].now.map { $0 == .heard }
    }

    /// Why a listener does not hear it at this moment; nil where it does, or has not said.
    public func whyNow(_ peer: Int) -> Unheard? {
        told[peer].now.flatMap { $0 == .heard ? nil : $0 }
    }

    /// What came of so many frames at a listener.
    public func outcome(of peer: Int, frames: Int) -> Outcome {
        let told = told[peer]
        var outcome = Outcome()
        outcome.hasReported = told.hasReported || told.isKnown
        outcome.isKnown = told.isKnown
        outcome.percent = percent(of: peer, frames: frames)
        // What is held down for a syllable is no reason.
        let isMuch = told.unheardMs * 20 > told.heardMs + told.unheardMs
        if isMuch || outcome.percent == 0 { outcome.why = told.why }
        return outcome
    }

    /// Per cent that a listener has heard of so many frames.
    public func percent(of peer: Int, frames: Int) -> Int {
        guard frames > 0 else { return 0 }
        let share = told[peer].heardMs * 100 / (Double(frames) * frameMs)
        return min(100, Int(share.rounded()))
    }
}
