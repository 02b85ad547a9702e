/// Whether a microphone and a loudspeaker run on one clock, so that echo can be cancelled.
///
/// This module judges by names and routes. A measurement of the samples (`ClockDrift`) takes
/// precedence, because a card may still have two clocks.
public struct PCMClock: Equatable, Sendable {
    /// Why there are two clocks, as the end of a sentence; nil for one clock.
    public let reason: String?

    /// Whether names and routes leave the question open; the samples may answer it.
    public let isGuess: Bool

    public var isOneClock: Bool { reason == nil }

    public init(reason: String?) {
        self.reason = reason
        isGuess = false
    }

    /// One direction, open.
    public struct Side {
        /// The name, with the card chosen for `auto`.
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

    /// The samples' evidence on two clocks.
    public enum Comparison: Equatable, Sendable {
        /// The speaker's clock is faster by so many millionths.
        case apart(Double)
        /// Closer than a canceller would notice.
        case together
        /// Not measured well enough.
        case unknown
    }

    /// Compares the measured rates of both directions, in millionths with their uncertainties.
    public static func compared(
        capturePPM: Double, uncertain capture: Double, playbackPPM: Double,
        uncertain playback: Double
    ) -> Comparison {
        let apart = playbackPPM - capturePPM
        let uncertain = capture + playback
        if abs(apart) > max(limitPPM, uncertain) { return .apart(apart) }
        return abs(apart) + uncertain <= limitPPM ? .together : .unknown
    }

    /// Below this an echo moves by less than a sample in some seconds, which a canceller follows.
    private static let limitPPM = 3.0
}
