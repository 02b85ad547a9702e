internal import Config
package import Station
package import Switchboard

extension Routing {
    /// Who hears the talk target of this `id` now.
    package func listeners(of target: Int, aimedBy aims: Aims) -> PeerSet {
        aims.aim(of: target)?.listeners ?? self.target(target)?.target.listeners ?? []
    }

    /// What the talk target of this `id` is called.
    package func name(of target: Int, aimedBy aims: Aims, _ roster: Roster) -> String? {
        guard let aim = aims.aim(of: target) else { return self.target(target)?.name }
        switch aim.name {
        case .none: return nil
        case .named(let name): return name
        case .peers(let peers): return peers.map { roster[$0].name }.joined(separator: ", ")
        }
    }
}
