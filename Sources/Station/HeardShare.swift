public import Wire

/// How much of one talkspurt each listener has heard, from what they report (protocol.md §2.4).
///
/// A report tells of the packets and the invented sound since the one before it; the last one comes
/// a moment after the talkspurt's end. Who reports nothing has heard nothing. Pure.
public struct HeardShare: Sendable {
    public let stream: UInt8
    /// All who were to hear it.
    public private(set) var listeners: PeerSet
    /// Milliseconds of a frame.
    private let frameMs: Double
    private var heardMs = [Double](repeating: 0, count: PeerSet.capacity)

    public init(stream: UInt8, listeners: PeerSet, frameMs: Double) {
        precondition(frameMs > 0)
        self.stream = stream
        self.listeners = listeners
        self.frameMs = frameMs
    }

    /// Others listen as well from now on.
    public mutating func join(_ others: PeerSet) { listeners = listeners.union(others) }

    /// Takes a listener's report; of another stream it says nothing.
    public mutating func report(_ report: Report, from peer: Int) {
        guard report.stream == stream, listeners.contains(peer) else { return }
        // Copies mend what did not come itself: it counts as sound, unless it was invented.
        let came = Double(report.received) * frameMs * 256 / Double(256 - Int(report.loss))
        heardMs[peer] += max(0, came - Double(report.concealed))
    }

    /// Per cent that a listener has heard of so many frames.
    public func percent(of peer: Int, frames: Int) -> Int {
        guard frames > 0 else { return 0 }
        return min(100, Int((heardMs[peer] * 100 / (Double(frames) * frameMs)).rounded()))
    }
}
