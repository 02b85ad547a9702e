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
        // During a reload requests wait: the new settings answer them.
        guard !settings.isReloading else { return }
        server.read(place)
        // One request a turn, so that one caller's many requests do not delay other callers.
        guard let request = server.next(place, at: now) else { return }
        // A caller that has given up waiting no longer wants the microphone open.
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

    /// Carries out a person's request.
    ///
    /// - Parameters:
    ///   - request: The request, from a program or a button.
    ///   - caller: The program that waits for more than a reply (`outlastsItsReply`); nil where
    ///     none does.
    ///   - asker: The program or button that asks, for the journal.
    /// - Returns: The result; nil where the caller is answered later.
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
        let waiting = caller ?? .nobody
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
            beginReload(for: .caller(waiting))
            return nil
        case .announce(let target, let priority, let samples):
            return beginAnnouncement(target, priority, samples: samples, for: waiting)
        case .history(let query):
            guard historians.count < 16 else {
                return .failed("the disk does not answer; ask again later")
            }
            history.ask(query)
            historians.append(waiting)
            return nil
        case .pair(let request):
            return pairings.begin(request, for: waiting, by: asker, ownStation, at: now)
        case .join(let peer, let digits):
            let files = PeerFiles(settings.sources, in: config.paths)
            return site.join(peer, digits, for: waiting, files)
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

    /// Lets the switchboard decide a wish, and returns the result.
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

    /// The names and their meanings.
    var names: Names { Names(config, directory, routing) }

    /// Ends the pages and talks of callers that are gone, because nothing else would.
    mutating func endWhatNobodyHolds() {
        let gone = switchboard.callers.filter { server.hasHungUp($0) }
        guard !gone.isEmpty else { return }
        feed { board, _, _ in board.forget { gone.contains($0) } }
    }
}

extension Wish {
    /// Makes the switchboard's wish from a request; nil where something else answers it.
    ///
    /// `id` is the ID of a call that begins.
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
        default: return nil
        }
    }

    /// The name by which a person means the last peer heard.
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
    /// Makes the request of `intercomctl` that has the same effect as this button.
    ///
    /// - Parameters:
    ///   - act: The act of the button.
    ///   - page: The target of the page under way, which the same button ends.
    ///   - state: The state that people have set, which the same button resets.
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
    /// Carries out a touch of a button as the same request of `intercomctl`.
    mutating func touched(_ place: Int, _ touch: Config.Touch) {
        // A button of the old settings: the `adopted` event was lost because the ring buffer was
        // full.
        guard config.buttons.indices.contains(place) else { return }
        // The presses of this button are digits, and must not switch relays.
        guard place != config.pairingButton else { return }
        if messages.heardBack?.place == place {
            messages.player?.stop()
            messages.heardBack?.pressed(isHeld: touch == .hold, at: now)
            return
        }
        guard let act = config.buttons[place].acts[touch] else { return }
        // The message of this button is about to be heard.
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

/// The origin of a request, for the journal and the history.
struct Asker: Equatable {
    /// `intercomctl`, `button door`, `SIGHUP`.
    let name: String
    /// The user of the program; nil where no program asked.
    var user: Int?

    /// The asker in a sentence.
    var text: String { user.map { "\(name) (uid \($0))" } ?? name }
}

/// The askers of everything under way: resulting events name them, however late.
struct Askers {
    /// More calls and requests than can be under way at a time; the oldest is forgotten.
    static let most = 64

    /// The asker of the present request.
    private var current: Asker?
    private var calls: [(id: String, asker: Asker)] = []
    private var requests: [(number: Int, asker: Asker)] = []
    private var announcement: Asker?
    private var reload: Asker?

    /// Begins a request of an asker; `end` takes the reply.
    mutating func begin(_ asker: Asker, _ request: Request?) {
        current = asker
        switch request {
        case .announce: announcement = asker
        case .reload: reload = asker
        default: break
        }
    }

    /// Ends the request, answered or not; the call or request in the reply belongs to this asker.
    mutating func end(_ reply: Reply?) {
        defer { current = nil }
        guard let current, case .done(let done)? = reply else { return }
        if let call = done.call { note(call: call, of: current) }
        guard let number = done.request else { return }
        if requests.count == Self.most { requests.removeFirst() }
        requests.append((number, current))
    }

    /// Adds the asker to an event.
    mutating func complete(_ event: inout Event) {
        guard event.asker == nil, let asker = asker(of: event) else { return }
        (event.asker, event.user) = (asker.name, asker.user)
    }

    /// Adds the caller's asker to a record.
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

extension Reply {
    /// Refuses a valid request that cannot be carried out.
    static func failed(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }

    /// Whether nothing follows this reply, although its request outlasts a reply.
    var isLast: Bool {
        switch self {
        case .refused: true
        case .pairing(let report): report.stage == .paired
        default: false
        }
    }
}
