/// Whether a microphone and a loudspeaker run by one clock, so that echo can be cancelled.
///
/// This is what names and routes say; what the samples say (`ClockDrift`) goes before it, for a
/// card may have two clocks all the same.
public struct PCMClock: Equatable, Sendable {
    /// Why it is not one clock, the end of a sentence; nil when it is.
    public let reason: String?

    public var isOneClock: Bool { reason == nil }

    public init(reason: String?) { self.reason = reason }

    /// One direction, open.
    public struct Side {
        public let name: PCMName
        public let route: PCMRoute

        public init(name: PCMName, route: PCMRoute) {
            self.name = name
            self.route = route
        }
    }

    public init(capture: Side, playback: Side) {
        for side in [capture, playback] {
            if let server = side.route.detours.first(where: { $0.hidesClock }) {
                reason = "\(side.name) goes through \(server.name), whose clock is not the card's"
                return
            }
        }
        switch (capture.route.card, playback.route.card) {
        case (let one?, let other?) where one == other: reason = nil
        case (nil, nil) where capture.name == playback.name: reason = nil
        case (nil, nil): reason = "\(capture.name) and \(playback.name) may be two cards"
        default: reason = "\(capture.name) and \(playback.name) are two cards"
        }
    }

    /// How fast both directions were seen to run, in millionths with their uncertainties; nil when
    /// the samples do not speak against one clock.
    public static func apart(
        capturePPM: Double, uncertain capture: Double, playbackPPM: Double,
        uncertain playback: Double
    ) -> Double? {
        let apart = playbackPPM - capturePPM
        return abs(apart) > max(limitPPM, capture + playback) ? apart : nil
    }

    /// Less moves an echo by less than a sample in some seconds: a canceller follows.
    private static let limitPPM = 3.0
}
