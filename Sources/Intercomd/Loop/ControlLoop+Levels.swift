internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Meters for those who watch, and figures for those who ask.
extension ControlLoop {
    /// Fetches the microphone's sound while it is watched, and tells the watchers of it.
    mutating func lookAtMeters() {
        let isDue = meters.look(rings, isWatched: server.isWatched(.levels), at: now)
        if meters.isTrialOverdue(at: now) { endLatencyTrial() }
        if isDue { server.tell(levels()) }
    }

    private mutating func levels() -> Levels {
        var levels = snapshot().levels
        levels.timeMilliseconds = Int(Clock.wallMilliseconds())
        if isCapturing {
            levels.spectrumDBFS = meters.bands.map { tenths($0) }
        }
        (levels.low, levels.high) = meters.takeExtremes()
        return levels
    }

    /// Whether the microphone's card moves sound now.
    var isCapturing: Bool {
        devices.cards.input.isOpen && switchboard.still[.capture] == nil
            && (plan.keepsCapturing || switchboard.openTalks.isAny)
    }

    /// Once a second.
    mutating func followFigures() {
        let elapsed = (now - (figures.at ?? now)).milliseconds
        figures.at = now
        for peer in roster.numbers {
            let traffic = rings.traffic[peer]
            figures.peers[peer].follow(
                sent: traffic[.sentBytes], opened: traffic[.openedBytes],
                playedSamples: traffic[.playedSamples], concealedMs: traffic[.concealedMs],
                milliseconds: Int(elapsed))
        }
    }
}
