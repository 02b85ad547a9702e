internal import Audio
internal import Config
internal import Control
internal import Files
internal import HAL
internal import Media
internal import Presentation
internal import Realtime

/// Whether the cards have one clock, and what is done about the echo then.
extension ControlLoop {
    /// What is done about the echo, and why.
    var handsFree: HandsFree { devices.handsFree(config.audio) }

    /// Tells the media loop where something else can be done about the echo now.
    mutating func followClocks() {
        // One exchange at a time.
        guard !settings.isChanging,
            let clock = devices.followClocks(config.audio, rings.counters)
        else { return }
        tellMedia(config, routing)
        journal.note(
            .audioOpen,
            clock.reason.map { Advice.echoStays($0) }
                ?? "microphone and speaker have one clock: the echo is cancelled")
    }
}
