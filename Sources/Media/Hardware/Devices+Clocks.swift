package import Config
internal import Files
package import HAL
package import Realtime

/// What is known of the clocks of the sound cards.
extension Devices {
    /// What is done about the echo, and why.
    package func handsFree(_ audio: Config.Audio) -> HandsFree {
        HandsFree(audio, clocksApart: clocksApart)
    }

    /// Takes note of the clocks, where both cards are open.
    package mutating func lookAtClocks(_ counters: CounterTable<MediaCount>) {
        if let clock = soundClock(counters) { clocksApart = clock.reason }
    }

    /// Cancels the echo where that is wished and can be done: a card that comes may change that,
    /// and so may what is measured.
    ///
    /// - Returns: The clock, where it changes what is done about the echo.
    package mutating func followClocks(
        _ audio: Config.Audio, _ counters: CounterTable<MediaCount>
    ) -> PCMClock? {
        guard audio.wantsEchoGone, let clock = soundClock(counters) else { return nil }
        let cancelled = handsFree(audio).cancelsEcho
        clocksApart = clock.reason
        return handsFree(audio).cancelsEcho == cancelled ? nil : clock
    }

    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    package func soundClock(_ counters: CounterTable<MediaCount>) -> PCMClock? {
        guard let capture = Self.side(cards.input), let playback = Self.side(cards.output)
        else { return nil }
        return PCMClock(
            capture, CardClocks.told(counters[.captureDrift], counters[.captureDriftError]),
            playback, CardClocks.told(counters[.playbackDrift], counters[.playbackDriftError]))
    }

    private static func side(_ side: Cards.Side) -> PCMClock.Side? {
        guard side.isOpen, let route = side.route else { return nil }
        return PCMClock.Side(name: side.shown, route: route)
    }
}
