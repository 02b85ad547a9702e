internal import Presentation
internal import Time

/// Figures of the traffic with peers, worked out once a second.
struct Figures {
    /// When they were worked out last.
    var at: Instant?
    /// By number.
    var peers = [PeerFigures](repeating: PeerFigures(), count: Roster.capacity)
    /// Packets of peers whose number is another's now, or who have left.
    var packetsBefore: (sent: UInt64, opened: UInt64) = (0, 0)
}
