package import Config
package import Control
internal import Wire

extension Request {
    /// What `intercomctl` would ask for to have the same done as this button.
    ///
    /// - Parameters:
    ///   - act: What the button is for.
    ///   - page: What the page under way goes to: the same button ends it.
    ///   - state: What people have set: the same button sets it back.
    package init(_ act: Config.Act, page: String?, state: SavedState) {
        self =
            switch act {
            case .relay(let name, let peer): .relay(name, peer: peer)
            case .signal(let peer): .signal(peer: peer)
            case .call(let name): .calls(.call(name, .call, .normal))
            case .page(let name): .calls(.page(name, isDown: page != name, .normal))
            case .answer: .calls(.answer)
            case .reject: .calls(.reject)
            case .hangUp: .calls(.hangUp)
            case .mute(let what): .state(.mute(what: what, isOn: !state.isMuted(what)))
            case .volume(let step): .state(.volume(.speaker, .by(step)))
            case .doNotDisturb:
                .state(.doNotDisturb(isOn: !state.doNotDisturb.isOn, seconds: nil))
            }
    }
}
