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
        guard let request = server.next(place, at: now) else { return }
        // Who has given up waiting does not want the microphone open by now.
        guard !request.isForNow || !server.hasHungUp(place) else { return }
        if case .latency(let peer) = request {
            server.keep(place)
            guard let reply = beginLatencyTrial(peer, for: place) else { return }
            return server.replyLate(reply, to: place, at: now)
        }
        server.reply(answer(request), to: place)
    }

    private mutating func answer(_ request: Request) -> Reply {
        switch request {
        case .status: return .status(status())
        case .peers: return .peers(PeerList(roster.numbers.map { peerStatus($0) }))
        case .ptt(let isDown, let name): return press(name, isDown: isDown)
        case .monitor: return .monitor
        case .levels: return .levels
        case .latency: preconditionFailure("it is answered when it is over")
        case .key:
            var key = Reply.PublicKeyText()
            key.key = table.publicKey.text
            key.fingerprint = table.publicKey.fingerprint
            return .key(key)
        case .version:
            var version = Reply.Version()
            version.version = Product.version
            return .version(version)
        case .reload(let isCheck):
            return reload(isCheck: isCheck)
        }
    }

    private mutating func reload(isCheck: Bool) -> Reply {
        var reply = Reply.Reload()
        reply.isCheck = isCheck
        do throws(ControlError) {
            let lines = isCheck ? try difference() : try reload()
            reply.difference = lines.map { .init(text: $0.text, needsRestart: $0.needsRestart) }
            return .reload(reply)
        } catch {
            if !isCheck { refused(error) }
            return .refused(error)
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
        rings.tell(.press(target: target.id, isDown: isDown))
        var ptt = Reply.PTT()
        ptt.target = name
        ptt.isTalking = isDown
        ptt.listeners = target.listeners.filter { view.peers[$0].reach != .down }
            .map { roster[$0].name }
        return .ptt(ptt)
    }
}

extension Request {
    /// Whether it is to be done at once or not at all; what closes a microphone is always done.
    fileprivate var isForNow: Bool {
        switch self {
        case .ptt(let isDown, _): isDown
        case .reload(let isCheck): !isCheck
        case .latency: true
        case .status, .peers, .monitor, .levels, .key, .version: false
        }
    }
}
