internal import Audio
internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

extension ControlLoop {
    mutating func serveCaller(_ place: Int) {
        server.flush(place)
        // A reload is under way: what is asked now is answered by the new settings.
        guard !settings.isReloading else { return }
        server.read(place)
        // One a turn, so that nobody's many requests hold up the others.
        guard let request = server.next(place, at: now) else { return }
        // A caller that has given up waiting does not want the microphone open any more.
        guard !request.isForNow || !server.hasHungUp(place) else { return }
        let asker = Asker(name: "intercomctl", user: server.user(place).map { Int($0) })
        let ticket = request.outlastsItsReply ? server.keep(place) : nil
        guard let reply = answer(request, for: ticket, by: asker) else { return }
        if let ticket, reply.isLast {
            server.replyLate(reply, to: ticket, at: now)
        } else {
            server.reply(reply, to: place)
        }
    }

    /// Does what a person asks for.
    ///
    /// - Parameters:
    ///   - request: What is asked for, by a program or by a button.
    ///   - caller: The program that waits for more than a reply (`outlastsItsReply`); nil where
    ///     none does.
    ///   - asker: Who asks, for the journal.
    /// - Returns: What became of it; nil where the caller is answered later.
    private mutating func answer(
        _ request: Request, for caller: CallerTicket? = nil, by asker: Asker
    ) -> Reply? {
        askers.begin(asker, request)
        let reply = perform(request, for: caller, by: asker)
        askers.end(reply)
        return reply
    }

    private mutating func perform(
        _ request: Request, for caller: CallerTicket?, by asker: Asker
    ) -> Reply? {
        if let wish = Wish(request, names, id: Boot.callID()) { return handle(wish, for: caller) }
        // There is a caller where the request outlasts its reply.
        switch request {
        case .status:
            site.lookForKey(config.paths, at: now)
            let found = snapshot()
            found.counters = counters
            return .status(found.status)
        case .peers: return .peers(snapshot().peerList)
        case .monitor: return .monitor
        case .levels: return .levels
        case .relay(let name, _):
            let known = config.relays.map { $0.name }
            guard let place = known.firstIndex(of: name),
                let switched = pulse(place, by: asker.text)
            else { return .refused(.unknown("relay", name, known: known)) }
            return switched.reply(config.relays[place])
        case .key:
            var key = Reply.PublicKeyText()
            key.key = cores.table.publicKey.text
            key.fingerprint = cores.table.publicKey.fingerprint
            return .key(key)
        case .version: return .version(Reply.Version())
        case .reload:
            beginReload(for: .caller(caller!))
            return nil
        case .announce(let target, let priority, let samples):
            return beginAnnouncement(target, priority, samples: samples, for: caller!)
        case .history(let query):
            guard historians.count < 16 else {
                return .failed("the disk does not answer; ask again later")
            }
            history.ask(query)
            historians.append(caller!)
            return nil
        case .pair(let request):
            return pairings.begin(request, for: caller!, by: asker, ownStation, at: now)
        case .join(let peer, let digits):
            let files = PeerFiles(settings.sources, in: config.paths)
            return site.join(peer, digits, for: caller!, files)
        case .message(let request):
            return answer(request, by: caller.map { .caller($0) }, user: asker.user)
        case .state(let request): return answer(request)
        case .show(let name):
            guard let peer = directory.number(named: name) else {
                return .refused(.unknownPeer(name, directory))
            }
            return .peer(snapshot().detail(of: peer))
        case .ptt, .talk, .signal, .tone, .call, .answer, .reject, .hangUp, .page:
            preconditionFailure("it is a wish")
        }
    }

    /// Has a wish decided, and says what became of it.
    private mutating func handle(_ wish: Wish, for caller: CallerTicket?) -> Reply {
        let sound = (devices.cards.input.isOpen, devices.cards.output.isOpen)
        let result = feed { board, _, now in
            Result { () throws(Wish.Problem) in
                try board.handle(wish, for: caller, with: sound, at: now)
            }
        }
        switch result {
        case .success(let outcome): return Reply(outcome, to: wish, names) { snapshot() }
        case .failure(let problem):
            return Reply(
                problem, of: wish, names, during: snapshot().callStatus,
                (devices.cards.input.error, devices.cards.output.error))
        }
    }

    /// What is called what.
    var names: Names { Names(config, directory, routing) }

    /// Ends the page and the talks of callers that are gone: nobody else would.
    mutating func endWhatNobodyHolds() {
        let gone = switchboard.callers.filter { server.hasHungUp($0) }
        guard !gone.isEmpty else { return }
        feed { board, _, _ in board.forget { gone.contains($0) } }
    }
}

extension Wish {
    /// The wish that a request is for the switchboard; nil where something else answers it.
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
        case .status, .peers, .monitor, .levels, .announce, .relay, .key, .version,
            .reload, .history, .state, .show, .pair, .join, .message:
            return nil
        }
    }

    /// The name by which a person means the peer that was heard last.
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
    ///   - act: The act of the button.
    ///   - page: The target of the page under way, which the same button ends.
    ///   - state: The settings of people, which the same button sets back.
    init(_ act: Config.Act, page: String?, state: SavedState) {
        self =
            switch act {
            case .relay(let name, let peer): .relay(name, peer: peer)
            case .signal(let peer): .signal(peer: peer)
            case .call(let name): .call(name, .call, .normal)
            case .page(let name): .page(name, isDown: page != name, .normal)
            case .message(let peer): .message(.record(peer: peer))
            case .messages: .message(.play(nil))
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

/// The control loop carries out the actions of buttons, except talking, and switches relays.
extension ControlLoop {
    /// A finger meant something by a button: the same is done as if `intercomctl` asked for it.
    mutating func touched(_ place: Int, _ touch: Config.Touch) {
        // A button of the old settings: the `adopted` event was lost because the ring buffer was
        // full.
        guard config.buttons.indices.contains(place) else { return }
        // Its presses are digits, and relays are not to follow them.
        guard place != config.pairingButton else { return }
        if messages.heardBack?.place == place {
            messages.player?.stop()
            messages.heardBack?.pressed(isHeld: touch == .hold, at: now)
            return
        }
        guard let act = config.buttons[place].acts[touch] else { return }
        // Its message is about to be heard.
        if case .message = act, messages.spoken?.owner == .button(place) { return }
        if act == .messages, messages.player != nil {
            messages.player?.stop()
            return tell(.keyAction, button: place, detail: act.text)
        }
        let request = Request(act, page: switchboard.pager.name, state: keeper.state)
        let reply: Reply?
        if case .message(let wanted) = request {
            reply = answer(wanted, by: .button(place), user: nil)
        } else {
            reply = answer(request, by: Asker(name: "button \(config.buttons[place].name)"))
        }
        guard case .refused(let error)? = reply else {
            return tell(.keyAction, button: place, detail: act.text)
        }
        switch act {
        case .message, .messages: rings.tell(.chime(.refusal))
        default: break
        }
        tell(.keyAction, button: place, detail: "\(act.text): \(error.text)")
    }

    /// Switches a relay of this station on; `who` is for the journal.
    ///
    /// - Returns: Nil where there is no such relay.
    mutating func pulse(_ place: Int?, by who: String, peer: Int? = nil) -> Lines.Switched? {
        guard let place else { return nil }
        let relay = config.relays[place]
        let switched = devices.lines.pulse(relay: place, by: who, at: now)
        if let detail = switched.detail(relay, by: who) {
            tell(.relay, peer: peer, target: relay.name, detail: detail)
        }
        return switched
    }
}

/// What asked for something here, for the journal and the history.
struct Asker: Equatable {
    /// `intercomctl`, `button door`, `SIGHUP`.
    let name: String
    /// The user of the program; nil for what is no program's.
    var user: Int?

    /// As a sentence has it.
    var text: String { user.map { "\(name) (uid \($0))" } ?? name }
}

/// The askers of all that is under way: the events that come of it name them, however late.
struct Askers {
    /// More calls and requests than are under way at a time; the oldest is forgotten.
    static let most = 64

    /// The asker that is being answered now.
    private var current: Asker?
    private var calls: [(id: String, asker: Asker)] = []
    private var requests: [(number: Int, asker: Asker)] = []
    private var announcement: Asker?
    private var reload: Asker?

    /// Somebody asks; `end` is told the reply.
    mutating func begin(_ asker: Asker, _ request: Request?) {
        current = asker
        switch request {
        case .announce: announcement = asker
        case .reload: reload = asker
        default: break
        }
    }

    /// It is answered, or will be later; what the reply names is that one's.
    mutating func end(_ reply: Reply?) {
        defer { current = nil }
        guard let current, case .done(let done)? = reply else { return }
        if let call = done.call { note(call: call, of: current) }
        guard let number = done.request else { return }
        if requests.count == Self.most { requests.removeFirst() }
        requests.append((number, current))
    }

    /// Adds who asked for what the event tells of.
    mutating func complete(_ event: inout Event) {
        guard event.asker == nil, let asker = asker(of: event) else { return }
        (event.asker, event.user) = (asker.name, asker.user)
    }

    /// Adds who called.
    mutating func complete(_ record: inout HistoryRecord) {
        guard record.direction == .outgoing else { return }
        if record.phase == .start, let current { note(call: record.call, of: current) }
        guard let asker = calls.first(where: { $0.id == record.call })?.asker else { return }
        (record.asker, record.user) = (asker.name, asker.user)
    }

    private mutating func asker(of event: Event) -> Asker? {
        switch event.kind {
        case .relay: return current
        case .reload, .reloadRefused:
            defer { reload = nil }
            return reload
        case .announce: return announcement
        case .announceEnd:
            defer { announcement = nil }
            return announcement
        case .result:
            guard let place = requests.firstIndex(where: { $0.number == event.request }) else {
                return nil
            }
            return requests.remove(at: place).asker
        case .calling, .answered, .callActive, .callEnded, .missedCall:
            guard let id = event.call else { return nil }
            let place = calls.firstIndex { $0.id == id }
            // The event names the asker that answers or ends the call, not the one that began it.
            let asker = current ?? place.map { calls[$0].asker }
            if let place, event.kind == .callEnded { calls.remove(at: place) }
            return asker
        default: return nil
        }
    }

    private mutating func note(call id: String, of asker: Asker) {
        guard !calls.contains(where: { $0.id == id }) else { return }
        if calls.count == Self.most { calls.removeFirst() }
        calls.append((id, asker))
    }
}

extension Request {
    /// Whether it is to be done at once or not at all; what closes a microphone is always done.
    var isForNow: Bool {
        switch self {
        case .ptt(let isDown, _): isDown
        case .talk, .tone, .announce, .relay, .signal, .reload, .pair, .join: true
        case .message(let request): request != .end && request != .list
        case .status, .peers, .monitor, .levels, .key, .version, .history, .state: false
        case .call, .answer: true
        case .page(_, let isDown, _): isDown
        case .reject, .hangUp, .show: false
        }
    }

    /// Whether more than its reply comes of it: its caller waits, or it lasts as long as the caller
    /// is there.
    var outlastsItsReply: Bool {
        switch self {
        case .talk, .announce, .reload, .page(_, true, _), .pair,
            .history, .join, .message(.record), .message(.send), .message(.play),
            .message(.delete):
            true
        default: false
        }
    }
}

extension Reply {
    /// The request is valid, and cannot be done.
    static func failed(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }

    /// Whether nothing follows this reply, although its request is one that outlasts a reply.
    var isLast: Bool {
        switch self {
        case .refused: true
        case .pairing(let report): report.stage == .paired
        default: false
        }
    }
}
