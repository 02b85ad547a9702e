public import Wire

/// Whether what is played can be heard, and if not, what keeps it from being heard.
///
/// Everything on the way to the ear may turn it down: what turns it down most is the reason; of
/// equals, the one named first. Pure, and real-time.
public struct Audibility: Sendable {
    /// At -40 dB a voice is a hundredth of itself: it drowns in the noise of a quiet room.
    ///
    /// Sums of decibels round; what is set to -40 dB counts as that.
    static let least: Float = 0.01001

    private var total: Float = 1
    private var lowest: Float = 1
    private var reason = Unheard.heard

    public init() {}

    /// It is multiplied by this on its way, because of `why`.
    public mutating func pass(_ factor: Float, _ why: Unheard) {
        total *= factor
        guard factor < lowest else { return }
        lowest = factor
        reason = why
    }

    /// Why it is not heard; `heard` where it is.
    public var why: Unheard { total > Self.least ? .heard : reason }

    /// Whether a gain alone makes sound inaudible.
    public static func isInaudible(_ factor: Float) -> Bool { factor <= least }
}
