internal import Config
internal import Control
internal import Files
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Time

/// Why this station's own microphone gives nothing: its listeners hear silence, and cannot know.
extension ControlLoop {
    /// Follows the mixers of both cards.
    mutating func followMixers() {
        devices.followMixers(
            config.audio, soundAt: isCapturing ? microphoneSoundAt : nil, at: now)
        tellVolumes()
        feed { board, _, now in board.lookAtMicrophone(at: now) }
    }

    /// Tells the switchboard what the microphone's sound depends on.
    mutating func followMicrophone() {
        let facts = devices.microphoneFacts(isMuted: keeper.state.isMicrophoneMuted)
        let soundAt = microphoneSoundAt
        feed { board, _, now in board.follow(.microphone(facts, soundAt: soundAt), at: now) }
    }

    /// When more than a muted card gives came of the microphone last.
    private var microphoneSoundAt: Instant {
        Instant(nanoseconds: Int64(rings.counters[.microphoneSoundAt]))
    }
}
