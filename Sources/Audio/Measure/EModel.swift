/// The quality of a conversation, from delay and loss: the E-model of ITU-T G.107, reduced.
///
/// R = 93.2 - Idd - Ieff, with Idd for the delay from mouth to ear and Ieff for the loss after
/// repair; Ie = 0, Bpl = 8 and BurstR = 1 fit the PESQ scores of Opus at 32 kbit/s. Echo is not
/// considered. The scale is that of narrow-band telephony: do not compare it with ratings by
/// G.107.1.
public struct EModel: Equatable, Sendable {
    /// The rating R: 0 to 93.2.
    public let rating: Double

    private static let best = 93.2
    private static let robustness = 8.0

    /// - Parameters:
    ///   - delay: From mouth to ear, ms.
    ///   - loss: Sound that was invented or left out, percent.
    public init(delay: Double, loss: Double) {
        let loss = min(max(loss, 0), 100)
        let effective = 95 * loss / (loss + Self.robustness)
        rating = max(0, Self.best - Self.impairment(ofDelay: delay) - effective)
    }

    /// The mean opinion score: 1 (bad) to 4.4.
    public var mos: Double {
        let r = min(rating, 100)
        return max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
    }

    /// Idd of G.107: nothing up to 100 ms.
    private static func impairment(ofDelay delay: Double) -> Double {
        guard delay > 100 else { return 0 }
        let x = Decibels.level(min(delay, 100_000) / 100) / Decibels.level(2)
        return 25 * (sixthRoot(ofOneMoreThan: x) - 3 * sixthRoot(ofOneMoreThan: x / 3) + 2)
    }

    /// (1 + x^6)^(1/6).
    private static func sixthRoot(ofOneMoreThan x: Double) -> Double {
        let sixth = 1 + x * x * x * x * x * x
        return Decibels.ratio(Decibels.level(sixth) / 6)
    }
}
