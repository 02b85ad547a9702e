/// Whether a microphone and a loudspeaker run by one clock, so that echo can be cancelled.
///
/// This is what names and routes say; what the samples say (`ClockDrift`) goes before it, for a
/// card may have two clocks all the same.
public struct PCMClock: Equatable, Sendable {
    /// Why it is not one clock, the end of a sentence; nil when it is.
    public let reason: String?

    /// Whether names and routes do not say which clocks there are: the samples may.
    public let isGuess: Bool

    public var isOneClock: Bool { reason == nil }

    public init(reason: String?) {
        self.reason = reason
        isGuess = false
    }

    /// One direction, open.
    public struct Side {
        /// With the card that was chosen for `auto`.
        public let name: String
        public let route: PCMRoute

        public init(name: String, route: PCMRoute) {
            self.name = name
            self.route = route
        }
    }

    public init(capture: Side, playback: Side) {
        for side in [capture, playback] {
            if let server = side.route.detours.first(where: { $0.hidesClock }) {
                reason = "\(side.name) goes through \(server.name), whose clock is not the card's"
                isGuess = true
                return
            }
        }
        isGuess = capture.route.card == nil && playback.route.card == nil
        switch (capture.route.card, playback.route.card) {
        case (let one?, let other?) where one == other: reason = nil
        case (nil, nil) where capture.name == playback.name: reason = nil
        case (nil, nil): reason = "\(capture.name) and \(playback.name) may be two cards"
        default: reason = "\(capture.name) and \(playback.name) are two cards"
        }
    }

    /// What the samples say of two clocks.
    public enum Comparison: Equatable, Sendable {
        /// The speaker's is faster by so many millionths.
        case apart(Double)
        /// Not apart by as much as a canceller would notice.
        case together
        /// Not known well enough.
        case unknown
    }

    /// Compares how fast both directions were seen to run, in millionths with their uncertainties.
    public static func compared(
        capturePPM: Double, uncertain capture: Double, playbackPPM: Double,
        uncertain playback: Double
    ) -> Comparison {
        let apart = playbackPPM - capturePPM
        let uncertain = capture + playback
        if abs(apart) > max(limitPPM, uncertain) { return .apart(apart) }
        return abs(apart) + uncertain <= limitPPM ? .together : .unknown
    }

    /// Less moves an echo by less than a sample in some seconds: a canceller follows.
    private static let limitPPM = 3.0
}
