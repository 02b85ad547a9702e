package import Time
package import Wire

/// What one listener hears, or has heard, of a talkspurt of this station.
package struct HeardAt: Equatable, Sendable {
    package let peer: Int
    /// How much was heard of what was said, or, if the obstacle is `unknown`, of what has arrived;
    /// nil while the talkspurt goes on.
    package let percent: Int?
    /// Why the listener did not hear all of it; nil where it heard nearly all.
    package let obstacle: Obstacle?

    package init(peer: Int, percent: Int?, _ obstacle: Obstacle?) {
        (self.peer, self.percent, self.obstacle) = (peer, percent, obstacle)
    }
}

/// What a listener has heard of the last talkspurt to it, and when that ended.
package struct LastHeard: Equatable, Sendable {
    package let heard: HeardAt
    package let at: Instant
}

/// Whether a peer hears what is said to it at this moment.
package enum NowHeard: Equatable, Sendable {
    case heard
    case unheard(Obstacle)
}

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
