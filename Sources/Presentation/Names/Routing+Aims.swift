internal import Config
package import Station

extension Routing {
    /// What the talk target of this `id` is called.
    package func name(of target: Int, aimedBy aims: Aims, _ roster: PeerDirectory) -> String? {
        guard let aim = aims.aim(of: target) else { return self.target(target)?.name }
        switch aim.name {
        case .none: return nil
        case .named(let name): return name
        case .peers(let peers): return peers.map { roster[$0].name }.joined(separator: ", ")
        }
    }
}
