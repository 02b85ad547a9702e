package import HAL

extension PCMClock {
    /// How fast a card runs, in millionths, and how sure that is.
    package typealias Drift = (ppm: Double, uncertainty: Double)

    /// What the samples say goes before what the names say.
    package init(
        _ capture: Side, _ captureDrift: Drift?, _ playback: Side, _ playbackDrift: Drift?
    ) {
        let named = PCMClock(capture: capture, playback: playback)
        guard let captureDrift, let playbackDrift else {
            self = named
            return
        }
        let seen = PCMClock.compared(
            capturePPM: captureDrift.ppm, uncertain: captureDrift.uncertainty,
            playbackPPM: playbackDrift.ppm, uncertain: playbackDrift.uncertainty)
        self =
            switch seen {
            case .apart(let apart):
                PCMClock(
                    reason: "the speaker's clock was seen to run \(Self.oneDigit(apart)) ppm "
                        + "\(apart > 0 ? "faster" : "slower") than the microphone's")
            case .together where named.isGuess: PCMClock(reason: nil)
            case .together, .unknown: named
            }
    }

    private static func oneDigit(_ value: Double) -> String {
        let tenths = Int((abs(value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
