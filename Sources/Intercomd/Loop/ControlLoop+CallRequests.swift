internal import Config
internal import Control
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Storage
internal import Switchboard
internal import Time
internal import Wire

/// What `intercomctl` asks about calls, and what it is shown of them.
extension ControlLoop {
    mutating func answer(_ request: CallRequest) -> Reply {
        if case .show = request {} else { feed { board, _, _ in board.seen() } }
        switch request {
        case .call(let name, let mode, let priority):
            return callTarget(name, mode: Offer.Mode(mode), priority: priority)
        case .answer: return answerCall()
        case .reject: return rejectCall()
        case .hangUp: return hangUpCall()
        case .page(let name, let isDown, let priority):
            return page(name, isDown: isDown, priority)
        case .show(let name):
            guard let peer = roster.number(named: name) else { return unknownPeer(name) }
            return .peer(snapshot().detail(of: peer))
        }
    }

    static var replyName: String { "reply" }

    /// The target of a reply: whoever was heard last when it began.
    func replyTarget(_ name: String, isDown: Bool) -> TalkTarget? {
        guard name == Self.replyName else { return nil }
        return talkTarget(ofPeer: switchboard.replyKey.peer(isDown: isDown))
    }

    /// Remembers who is replied to; another one before is so no more.
    mutating func follow(reply isDown: Bool) {
        feed { [roster, routing] board, _, _ in
            board.reply(isDown: isDown) { former in
                guard roster.contains(former) else { return nil }
                return routing.target(named: roster[former].name)?.id
            }
        }
    }

    private func talkTarget(ofPeer peer: Int?) -> TalkTarget? {
        guard let peer, roster.contains(peer) else { return nil }
        return routing.target(named: roster[peer].name)
    }

    /// Whether a person has muted this.
    func isMuted(_ what: String) -> Bool {
        switch what {
        case "mic": keeper.state.isMicrophoneMuted
        case "speaker": keeper.state.isSpeakerMuted
        default: keeper.state.muted.contains(what)
        }
    }

    /// Offers of calls that the history has are no new calls.
    mutating func knowFormerCalls() {
        var query = HistoryQuery()
        query.limit = 64
        let ended = history.list(query).calls.compactMap { CallID($0.record.call) }
        feed { board, _, now in board.recover(ended: ended, at: now) }
    }
}

extension Offer.Mode {
    init(_ asked: CallRequest.Mode) {
        self =
            switch asked {
            case .call: .call
            case .dropIn: .dropIn
            case .listen: .monitor
            }
    }
}

extension CallRequest {
    /// What opens a microphone or rings is for now; what closes one is always done.
    var isForNow: Bool {
        switch self {
        case .call, .answer: true
        case .page(_, let isDown, _): isDown
        case .reject, .hangUp, .show: false
        }
    }
}
