internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Wire

/// What the switchboard is asked about this station's own talk.
extension ControlLoop {
    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    func hindrance(to peer: Int, isVoice: Bool = true) -> HeardBy.Reason? {
        switchboard.surroundings.obstacle(to: peer, isVoice: isVoice).map { HeardBy.Reason($0) }
    }

    /// Whether a peer hears what is said to it now: `heard`, or why not; nil until it has said.
    func hearsNow(_ peer: Int) -> String? {
        switch switchboard.hearsNow(peer, at: now) {
        case .heard: "heard"
        case .unheard(let obstacle): HeardBy.Reason(obstacle).rawValue
        case nil: nil
        }
    }

    /// What listeners have heard, with their names.
    func named(_ heard: [HeardAt]) -> [HeardBy] {
        heard.map { one in
            HeardBy(
                roster[one.peer].name, percent: one.percent,
                reason: one.obstacle.map { HeardBy.Reason($0) })
        }
    }
}
