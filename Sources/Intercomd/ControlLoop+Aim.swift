internal import Media
internal import Realtime
internal import Station
internal import Switchboard

/// Whom a stream reaches whose listeners change as it goes, and what that is called.
struct Aim {
    var listeners = PeerSet()
    /// A peer's name or a channel's; nil while nobody listens.
    var name: String?
}

/// Pages, calls and announcements: targets that are aimed before they are spoken into.
extension ControlLoop {
    /// Says who hears a stream of `TalkTarget.aimed` from now on.
    mutating func aim(_ stream: UInt8, at listeners: PeerSet, name: String?) {
        let place = Int(stream - TalkTarget.announcement)
        view.aims[place].name = name
        guard view.aims[place].listeners != listeners else { return }
        view.aims[place].listeners = listeners
        rings.tell(.aim(target: Int(stream), listeners: listeners))
        switchboard.listenersJoined(Int(stream), by: listeners, at: now)
        if view.talkingSince[Int(stream)] != nil { want(Int(stream)) }
    }

    /// A peer has left: its number may be another's soon.
    mutating func aimAway(from peer: Int) {
        for target in TalkTarget.aimed {
            let aim = aim(of: target.id)
            guard let aim, aim.listeners.contains(peer) else { continue }
            self.aim(
                target.stream, at: aim.listeners.subtracting([peer]), name: aim.name)
        }
    }

    /// Who hears the talk target of this `id` now.
    func listeners(of target: Int) -> PeerSet {
        aim(of: target)?.listeners ?? routing.target(target)?.target.listeners ?? []
    }

    /// What the talk target of this `id` is called.
    func name(of target: Int) -> String? {
        aim(of: target)?.name ?? routing.target(target)?.name
    }

    /// What is talked to now: names of channels and peers.
    var talkedTo: [String] {
        let fixed = zip(routing.targets, routing.names).filter {
            view.talkingSince[$0.0.id] != nil
        }
        let aimed = TalkTarget.aimed.filter { view.talkingSince[$0.id] != nil }
        return fixed.map { $0.1 } + aimed.compactMap { aim(of: $0.id)?.name }
    }

    private func aim(of target: Int) -> Aim? {
        TalkTarget.aimed.firstIndex { $0.id == target }.map { view.aims[$0] }
    }
}
