internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Realtime
internal import Settings

/// What is known of the clocks of the sound cards.
extension Devices {
    /// What is done about the echo, and why.
    func handsFree(_ audio: Config.Audio) -> HandsFree {
        HandsFree(audio, clocksApart: clocksApart)
    }

    /// Takes note of the clocks, where both cards are open.
    mutating func lookAtClocks(_ counters: CounterTable<MediaCount>) {
        if let clock = soundClock(counters) { clocksApart = clock.reason }
    }

    /// Cancels the echo where that is wished and can be done: a card that comes may change that,
    /// and so may what is measured.
    ///
    /// - Returns: The clock, where it changes what is done about the echo.
    mutating func followClocks(
        _ audio: Config.Audio, _ counters: CounterTable<MediaCount>
    ) -> PCMClock? {
        guard audio.wishesEchoGone, let clock = soundClock(counters) else { return nil }
        let cancelled = handsFree(audio).cancelsEcho
        clocksApart = clock.reason
        return handsFree(audio).cancelsEcho == cancelled ? nil : clock
    }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    ///
    /// What the samples say goes before what the names say.
    func soundClock(_ counters: CounterTable<MediaCount>) -> PCMClock? {
        guard let capture = Self.side(cards.input), let playback = Self.side(cards.output)
        else { return nil }
        let named = PCMClock(capture: capture, playback: playback)
        guard let one = CardClocks.told(counters, .captureDrift, .captureDriftError),
            let other = CardClocks.told(counters, .playbackDrift, .playbackDriftError)
        else { return named }
        let seen = PCMClock.compared(
            capturePPM: one.ppm, uncertain: one.uncertainty, playbackPPM: other.ppm,
            uncertain: other.uncertainty)
        switch seen {
        case .apart(let apart):
            return PCMClock(
                reason: "the speaker's clock was seen to run \(Self.oneDigit(apart)) ppm "
                    + "\(apart > 0 ? "faster" : "slower") than the microphone's")
        case .together where named.isGuess: return PCMClock(reason: nil)
        case .together, .unknown: return named
        }
    }

    private static func side(_ side: Cards.Side) -> PCMClock.Side? {
        guard side.isOpen, let route = side.route else { return nil }
        return PCMClock.Side(name: side.shown, route: route)
    }

    private static func oneDigit(_ value: Double) -> String {
        let tenths = Int((abs(value) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
