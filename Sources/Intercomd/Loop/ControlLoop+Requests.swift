internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Wire

extension ControlLoop {
    mutating func serveCaller(_ place: Int) {
        server.flush(place)
        // A reload is under way: what is asked now is answered by the new settings.
        guard settings.pendingReload == nil else { return }
        server.read(place)
        // One a turn, so that nobody's many requests hold up the others.
        guard let request = server.next(place, at: now) else { return }
        // Who has given up waiting does not want the microphone open by now.
        guard !request.isForNow || !server.hasHungUp(place) else { return }
        if case .latency(let peer) = request {
            let ticket = server.keep(place)
            guard let reply = beginLatencyTrial(peer, for: ticket) else { return }
            return server.replyLate(reply, to: ticket, at: now)
        }
        if case .reload(isCheck: false) = request { return beginReload(for: server.keep(place)) }
        if case .talk(let target) = request { return beginTalk(target, for: place) }
        if case .calls(.page(let target, isDown: true, let priority)) = request {
            return beginPage(target, priority, for: place)
        }
        if case .announce(let target, let priority, let samples) = request {
            let ticket = server.keep(place)
            let reply = beginAnnouncement(target, priority, samples: samples, for: ticket)
            guard case .refused = reply else { return server.reply(reply, to: place) }
            return server.replyLate(reply, to: ticket, at: now)
        }
        server.reply(answer(request), to: place)
    }

    private mutating func answer(_ request: Request) -> Reply {
        switch request {
        case .status: return .status(status())
        case .peers:
            let peers = roster.numbers.map { peerStatus($0) }
            return .peers(PeerList(peers, callers: callers))
        case .ptt(let isDown, let name): return holdTalk(name, isDown: isDown)
        case .monitor: return .monitor
        case .levels: return .levels
        case .announce, .latency, .talk: preconditionFailure("its line is kept, and answered late")
        case .relay(let name, nil): return switchRelay(name, by: "intercomctl")
        case .relay(let name, let peer?): return askForRelay(name, of: peer)
        case .signal(let peer): return signal(peer)
        case .tone: return playTone()
        case .key:
            var key = Reply.PublicKeyText()
            key.key = cores.table.publicKey.text
            key.fingerprint = cores.table.publicKey.fingerprint
            return .key(key)
        case .version:
            var version = Reply.Version()
            version.version = Product.version
            return .version(version)
        case .reload: return checkReload()
        case .history(let query): return .history(history.list(query))
        case .state(let request): return answer(request)
        case .calls(let request): return answer(request)
        }
    }

    /// What a reload would change.
    private func checkReload() -> Reply {
        do throws(ControlError) {
            return .reload(Reply.Reload(try difference(), isCheck: true))
        } catch { return .refused(error) }
    }

    func unknownTarget(_ name: String) -> Reply {
        unknown("peer or channel", name, known: routing.names)
    }

    func unknownPeer(_ name: String) -> Reply {
        unknown("peer", name, known: roster.numbers.map { roster[$0].name })
    }

    func unknown(_ what: String, _ name: String, known: [String]) -> Reply {
        let there =
            known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
        return .refused(ControlError(.unknownTarget, "no \(what) \(name); \(there)"))
    }

    mutating func press(_ name: String, isDown: Bool) -> Reply {
        let named = routing.target(named: name)
        guard let target = named ?? replyTarget(name, isDown: isDown) else {
            guard name == Self.replyName else { return unknownTarget(name) }
            return .refused(ControlError(.failed, "nobody was heard yet"))
        }
        guard !isDown || devices.cards.input.isOpen else {
            let reason = devices.cards.input.error?.description ?? "[audio] input = none"
            return .refused(ControlError(.failed, "there is no microphone: \(reason)"))
        }
        feed { board, _, _ in board.seen() }
        if named == nil { follow(reply: isDown) }
        feed { board, _, _ in board.press(target.id, isDown: isDown) }
        var ptt = Reply.PTT()
        ptt.target = routing.target(target.id)?.name ?? name
        ptt.isTalking = isDown
        ptt.listeners = namesThere(of: target.listeners)
        ptt.heard = roster.numbers.filter { target.listeners.contains($0) }.map {
            HeardBy(roster[$0].name, percent: nil, reason: hindrance(to: $0))
        }
        return .ptt(ptt)
    }

    /// Which of these peers are there, by name.
    func namesThere(of peers: PeerSet, isVoice: Bool = true) -> [String] {
        roster.numbers.filter {
            peers.contains($0) && hindrance(to: $0, isVoice: isVoice) == nil
        }.map { roster[$0].name }
    }
}

extension Request {
    /// Whether it is to be done at once or not at all; what closes a microphone is always done.
    fileprivate var isForNow: Bool {
        switch self {
        case .ptt(let isDown, _): isDown
        case .reload(let isCheck): !isCheck
        case .talk, .tone, .announce, .latency, .relay, .signal: true
        case .status, .peers, .monitor, .levels, .key, .version, .history, .state: false
        case .calls(let request): request.isForNow
        }
    }
}

extension Reply.Reload {
    init(_ lines: [ConfigDifference.Line], isCheck: Bool) {
        self.init()
        self.isCheck = isCheck
        difference = lines.map {
            .init(
                text: $0.text, section: String($0.header.dropFirst().dropLast()),
                needsRestart: $0.needsRestart)
        }
    }
}
