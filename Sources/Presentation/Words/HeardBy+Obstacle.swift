internal import Config
package import Control
package import Station

extension HeardBy.Reason {
    /// What the switchboard found, as `intercomctl` is told of it.
    package init(_ obstacle: Obstacle) {
        switch obstacle {
        case .down: self = .down
        case .noNetwork: self = .noNetwork
        case .microphoneMuted: self = .microphoneMuted
        case .microphoneCardMuted: self = .microphoneCardMuted
        case .microphoneLost: self = .microphoneLost
        case .noAnswer: self = .noAnswer
        case .network: self = .network
        case .unknown: self = .unknown
        case .told(let why): self = Self(why) ?? .other
        }
    }
}

extension PeerDirectory {
    /// What listeners have heard, with their names.
    package func named(_ heard: [HeardAt]) -> [HeardBy] {
        heard.map { one in
            HeardBy(
                self[one.peer].name, percent: one.percent,
                reason: one.obstacle.map { HeardBy.Reason($0) })
        }
    }
}
