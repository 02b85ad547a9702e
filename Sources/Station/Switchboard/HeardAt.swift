package import Time

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
