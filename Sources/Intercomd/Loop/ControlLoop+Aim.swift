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
        switchboard.aims.aim(of: target)?.listeners ?? routing.target(target)?.target.listeners
            ?? []
    }

    /// What the talk target of this `id` is called.
    func name(of target: Int) -> String? {
        guard let aim = switchboard.aims.aim(of: target) else {
            return routing.target(target)?.name
        }
        switch aim.name {
        case .none: return nil
        case .named(let name): return name
        case .peers(let peers): return peers.map { roster[$0].name }.joined(separator: ", ")
        }
    }

    /// What is talked to now: names of channels and peers.
    var talkedTo: [String] {
        let fixed = zip(routing.targets, routing.names).filter {
            view.talkingSince[$0.0.id] != nil
        }
        let aimed = TalkTarget.aimed.filter { view.talkingSince[$0.id] != nil }
        return fixed.map { $0.1 } + aimed.compactMap { name(of: $0.id) }
    }
}
