internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Realtime
internal import Session
internal import Station

extension ControlLoop {
    mutating func serveCaller(_ place: Int) {
        server.flush(place)
        server.read(place)
        // One a turn, so that nobody's many requests hold up the others.
        if let request = server.next(place, at: now) { server.reply(answer(request), to: place) }
    }

    private mutating func answer(_ request: Request) -> Reply {
        switch request {
        case .status: return .status(status())
        case .peers: return .peers(PeerList(config.peers.indices.map { peerStatus($0) }))
        case .ptt(let isDown, let name): return press(name, isDown: isDown)
        case .monitor: return .monitor
        case .key:
            var key = Reply.PublicKeyText()
            key.key = table.publicKey.text
            key.fingerprint = table.publicKey.fingerprint
            return .key(key)
        case .version:
            var version = Reply.Version()
            version.version = Product.version
            return .version(version)
        case .reload:
            return .refused(ControlError(.unknownCommand, "this daemon cannot reload yet"))
        }
    }

    private mutating func press(_ name: String, isDown: Bool) -> Reply {
        guard let target = routing.target(named: name) else {
            let known = routing.names.joined(separator: ", ")
            return .refused(
                ControlError(.unknownTarget, "no peer or channel \(name); there are: \(known)"))
        }
        guard !isDown || cards.input.isOpen else {
            let reason = cards.input.error?.description ?? "[audio] input = none"
            return .refused(ControlError(.failed, "there is no microphone: \(reason)"))
        }
        guard rings.tell(.press(target: target, isDown: isDown)) else {
            return .refused(ControlError(.busy, "the sound does not answer"))
        }
        var ptt = Reply.PTT()
        ptt.target = name
        ptt.isTalking = isDown
        ptt.listeners = routing.targets[target].listeners.filter { view.reach[$0] != .down }
            .map { config.peers[$0].name }
        return .ptt(ptt)
    }
}
