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

/// What the switchboard is told of this station's own talk, and asked about it.
extension ControlLoop {
    /// The microphone opened for this target, or an announcement began: returns the number of the
    /// talkspurt.
    ///
    /// `first` is the number of its first frame, where that is known.
    @discardableResult
    mutating func saying(_ target: Int, first: UInt16? = nil, isDoubted: Bool = false) -> Int {
        let start = TalkspurtStart(
            to: target, called: name(of: target), listeners: listeners(of: target), first: first,
            isDoubted: isDoubted)
        let number = switchboard.talkspurtBegan(start, at: now)
        obeySwitchboard()
        return number
    }

    /// Why a peer cannot be spoken to now, before it says anything; nil where it can be.
    func hindrance(to peer: Int, isVoice: Bool = true) -> HeardBy.Reason? {
        switchboard.surroundings.obstacle(to: peer, isVoice: isVoice).map { HeardBy.Reason($0) }
    }

    /// Whether this station talks, and nobody can hear any of it: what the lamp shows.
    var isTalkingToNobody: Bool { switchboard.ownTalks.isTalkingToNobody(view.talkingSince.keys) }

    /// Whether a peer hears what is said to it now: `heard`, or why not; nil until it has said.
    func hearsNow(_ peer: Int) -> String? {
        let isHeld = switchboard.talks.targets.contains { listeners(of: $0).contains(peer) }
        let heard = switchboard.hearsNow(peer, isHeld: isHeld, at: now)
        return switch heard {
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
