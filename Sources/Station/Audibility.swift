public import Wire

/// Whether sound that is played can be heard, and if not, why.
///
/// Each step on the way to the ear may lower it; the step that lowers it most is the reason, and of
/// equals the one named first. Pure, and real-time.
public struct Audibility: Sendable {
    /// At -40 dB a voice is a hundredth of itself and drowns in the noise of a quiet room.
    ///
    /// A little above 0.01, because sums of decibels round: a setting of -40 dB counts.
    static let least: Float = 0.01001

    private var total: Float = 1
    private var lowest: Float = 1
    private var reason = Unheard.heard

    public init() {}

    /// Multiplies by a gain of one step, which `why` names.
    public mutating func pass(_ factor: Float, _ why: Unheard) {
        total *= factor
        guard factor < lowest else { return }
        lowest = factor
        reason = why
    }

    /// Why the sound is not heard; `heard` when it is.
    public var why: Unheard { total > Self.least ? .heard : reason }

    /// Whether this gain alone makes sound inaudible.
    public static func isInaudible(_ factor: Float) -> Bool { factor <= least }
}
