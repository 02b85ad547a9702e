internal import Config
internal import Media
internal import Presentation
internal import Station
internal import Switchboard

/// What a talk target is called.
extension ControlLoop {
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
            switchboard.openTalks.since($0.0.id) != nil
        }
        let aimed = TalkTarget.aimed.filter { switchboard.openTalks.since($0.id) != nil }
        return fixed.map { $0.1 } + aimed.compactMap { name(of: $0.id) }
    }
}
