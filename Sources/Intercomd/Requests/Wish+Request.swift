internal import Config
internal import Report
internal import Station
internal import Wire

extension Wish {
    /// What a request asks of the switchboard; nil where something else answers it.
    ///
    /// `id` is that of the call, if one begins.
    init?(_ request: Request, _ names: Names, id: @autoclosure () -> CallID) {
        switch request {
        case .talk(let name): self = .talk(names.target(name), isDown: true)
        case .ptt(let isDown, let name):
            // No peer and no channel can have that name (`ReservedName`).
            self =
                name == Self.replyName
                ? .reply(isDown: isDown) : .talk(names.target(name), isDown: isDown)
        case .relay(let name, let peer?):
            self = .ask(
                names.peer(peer), .relay, reference: Reference.of(relay: name),
                what: "relay \(name)")
        case .signal(let peer):
            self = .ask(names.peer(peer), .callLight, reference: 0, what: "call light")
        case .tone: self = .tone
        case .call(let name, let mode, let priority):
            var calling = Calling(
                id(), mode: Offer.Mode(mode), priority: priority,
                ringTime: names.config.call.ringTime)
            if let channel = names.config.channels.first(where: { $0.name == name }) {
                calling.channel = name
                calling.isJoined = channel.callMode == .join
            }
            self = .call(names.target(name), calling)
        case .answer: self = .answer
        case .reject: self = .reject
        case .hangUp: self = .hangUp
        case .page(let name, isDown: true, let priority):
            self = .page(names.target(name), priority)
        case .page(let name, isDown: false, _): self = .endPage(names.target(name))
        case .status, .peers, .monitor, .levels, .latency, .announce, .relay, .key, .version,
            .reload, .history, .state, .show, .pair, .join:
            return nil
        }
    }

    /// What a person calls the peer that was heard last.
    static let replyName = "reply"
}

extension Offer.Mode {
    init(_ asked: Request.CallMode) {
        self =
            switch asked {
            case .call: .call
            case .dropIn: .dropIn
            case .listen: .monitor
            }
    }
}

extension Request {
    /// What `intercomctl` would ask for to have the same done as this button.
    ///
    /// - Parameters:
    ///   - act: What the button is for.
    ///   - page: What the page under way goes to: the same button ends it.
    ///   - state: What people have set: the same button sets it back.
    init(_ act: Config.Act, page: String?, state: SavedState) {
        self =
            switch act {
            case .relay(let name, let peer): .relay(name, peer: peer)
            case .signal(let peer): .signal(peer: peer)
            case .call(let name): .call(name, .call, .normal)
            case .page(let name): .page(name, isDown: page != name, .normal)
            case .answer: .answer
            case .reject: .reject
            case .hangUp: .hangUp
            case .mute(let what): .state(.mute(what: what, isOn: !state.isMuted(what)))
            case .volume(let step): .state(.volume(.speaker, .by(step)))
            case .doNotDisturb:
                .state(.doNotDisturb(isOn: !state.doNotDisturb.isOn, seconds: nil))
            }
    }
}
