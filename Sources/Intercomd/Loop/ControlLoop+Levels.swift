internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// Meters for those who watch them; `status` takes the same figures from `Snapshot+Levels`.
extension ControlLoop {
    /// Fetches the microphone's sound while it is watched, and tells the watchers of it.
    mutating func lookAtMeters() {
        let isDue = meters.look(rings, isWatched: server.isWatched(.levels), at: now)
        if meters.isTrialOverdue(at: now) { endLatencyTrial() }
        guard isDue else { return }
        var levels = snapshot().levels
        levels.timeMilliseconds = wall
        let isShown = isCapturing && switchboard.openTalks.isAny && !stateNow.isMicrophoneMuted
        meters.describe(in: &levels, isShown: isShown)
        server.tell(levels)
    }

    /// Whether the microphone's card moves sound now.
    var isCapturing: Bool {
        devices.cards.input.isOpen && switchboard.still[.capture] == nil
            && (plan.keepsCapturing || switchboard.openTalks.isAny)
    }
}
