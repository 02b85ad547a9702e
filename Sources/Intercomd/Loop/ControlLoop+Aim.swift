internal import Config
internal import Media
internal import Presentation
internal import Station
internal import Switchboard

/// Whom a talk target reaches, and what it is called.
extension ControlLoop {
    /// Others hear an aimed target from now on.
    mutating func aimed(_ target: Int, at listeners: PeerSet) {
        rings.tell(.aim(target: target, listeners: listeners))
        feed { board, _, now in board.listenersJoined(target, by: listeners, at: now) }
        if view.talkingSince[target] != nil { want(target) }
    }

    /// Who hears the talk target of this `id` now.
    func listeners(of target: Int) -> PeerSet {
        routing.listeners(of: target, aimedBy: switchboard.aims)
    }

    /// What the talk target of this `id` is called.
    func name(of target: Int) -> String? {
        routing.name(of: target, aimedBy: switchboard.aims, roster)
    }
}
