package import Wire

/// Why a listener does not hear this station, or did not hear all that was said.
package enum Obstacle: Equatable, Sendable {
    /// There is no session with the listener.
    case down
    /// This machine has no network that would lead to the listener.
    case noNetwork
    /// This station's microphone is muted: it sends silence.
    case microphoneMuted
    /// The mixer of this station's card lets none of the microphone's sound through.
    case microphoneCardMuted
    /// This station's microphone is gone, or stands still: nothing is sent.
    case microphoneLost
    /// Nothing came back from the listener.
    case noAnswer
    /// The network lost much of it, or delivered it too late.
    case network
    /// The listener's program is older: it reports what has arrived, and not what was heard.
    case unknown
    /// The listener gave this reason.
    case told(Unheard)
}

extension Obstacle {
    init(_ silence: MicrophoneWatch.Silence) {
        self =
            switch silence {
            case .muted: .microphoneMuted
            case .lost: .microphoneLost
            case .cardMuted: .microphoneCardMuted
            }
    }
}
