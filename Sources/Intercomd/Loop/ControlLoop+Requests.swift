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
    ///   - ticket: Of the program that waits for more than a reply (`outlastsItsReply`); nil where
    ///     none does.
    ///   - asker: The program or button that asks, for the journal.
    /// - Returns: The result; nil where the caller is answered later.
    mutating func answer(
        _ request: Request, for ticket: ProgramTicket? = nil, by asker: Asker
    ) -> Reply? {
        askers.begin(asker, request)
        let reply = carryOut(request, for: ticket, by: asker)
        askers.end(reply)
        return reply
    }

    private mutating func carryOut(
        _ request: Request, for ticket: ProgramTicket?, by asker: Asker
    ) -> Reply? {
        if let wish = Wish(request, names, id: Boot.callID()) { return handle(wish, for: ticket) }
        let waiting = ticket ?? .nobody
        switch request {
        case .status:
            site.lookForKey(config.paths, at: now)
            let found = snapshot()
            found.counters = counters
            return .status(found.status)
        case .peers: return .peers(snapshot().peerList)
        case .watchEvents: return .watchEvents
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
            return answerMessages(request, by: ticket.map { .caller($0) }, user: asker.user)
        case .replay(let peer): return playAgain(peer, for: ticket)
        case .state(let request):
            if case .doNotDisturb = request, asker != .homeAssistant { homeAssistant?.leaveRest() }
            return answerState(request)
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
    private mutating func handle(_ wish: Wish, for ticket: ProgramTicket?) -> Reply {
        let sound = (devices.cards.input.isOpen, devices.cards.output.isOpen)
        let result = feed { board, _, now in
            Result { () throws(Wish.Problem) in
                try board.handle(wish, for: ticket, with: sound, at: now)
            }
        }
        switch result {
        case .success(let outcome):
            return Reply(outcome, to: wish, names, switchboard.microphoneSilence) { snapshot() }
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
        let gone = switchboard.tickets.filter { server.hasHungUp($0) }
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
            case .listenIn: .listenIn
            }
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

extension Reply {
    /// Makes the reply to a granted wish; calls `station` only where a listener is down.
    ///
    /// `silence` is why this station's microphone gives nothing: a person in a call must know.
    init(
        _ outcome: Wish.Outcome, to wish: Wish, _ names: Names, _ silence: Obstacle?,
        station: () -> Snapshot
    ) {
        let reason = silence.map { HeardBy.Reason($0) }
        let remark = reason.map { "; \($0.words): \($0.fix)" } ?? ""
        switch outcome {
        case .talk(let target, let listeners):
            let heard = names.named(listeners, station)
            self = .ptt(PTT(to: target, heard, of: wish, names, isTalking: true))
        case .letGo(let target, let wasHeld, let listeners):
            let heard = names.named(listeners, station)
            self = .ptt(PTT(to: target, heard, of: wish, names, wasTalking: wasHeld))
        case .page(let listeners):
            let heard = names.named(listeners, station)
            let able = heard.able.joined(separator: ", ")
            let deaf = heard.filter { $0.reason != nil && $0.reason != .unknown }
            let who =
                able.isEmpty
                ? "nobody hears it" + (deaf.isEmpty ? "" : ": \(deaf.sentence)")
                : able + (deaf.isEmpty ? "" : "; not heard by \(deaf.sentence)")
            self = .done(Done("paging \(wish.name): \(who)"))
        case .pageEnded: self = .done(Done("page to \(wish.name) ended"))
        case .callBegun(let id):
            self = Self.done("calling \(wish.name)" + (wish.isToListenIn ? "" : remark), id)
        case .answered(let id): self = Self.done("answered" + remark, id)
        case .rejected(let id): self = Self.done("rejected", id)
        case .hungUp(let id): self = Self.done("hung up", id)
        case .asked(let request):
            var done = Done("asked \(wish.name) for its \(wish.what)")
            done.request = Int(request)
            self = .done(done)
        case .tone: self = .done(Done("playing a tone"))
        }
    }

    private static func done(_ text: String, _ call: CallID?) -> Reply {
        var done = Done(text)
        done.call = call?.text
        return .done(done)
    }

    /// Makes the reply to a refused wish.
    ///
    /// - Parameters:
    ///   - problem: The reason.
    ///   - wish: The wish.
    ///   - names: The known names.
    ///   - call: The present call.
    ///   - cards: The reasons of cards that are not open.
    init(
        _ problem: Wish.Problem, of wish: Wish, _ names: Names, during call: CallStatus,
        _ cards: (input: PCMError?, output: PCMError?)
    ) {
        func failed(_ text: String) -> ControlError { ControlError(.failed, text) }
        let error: ControlError =
            switch problem {
            case .unknown: .unknown(wish, names)
            case .nobodyHeard: failed("no peer has been heard yet")
            case .noMicrophone: .noMicrophone(cards.input)
            case .noSpeaker: .noSpeaker(cards.output)
            case .noPage: failed("no page to \(wish.name) is under way")
            case .isChannel:
                failed(
                    "\(wish.name) is a channel: only a peer can be listened to or dropped in on")
            case .busy: failed(call.wayOut)
            case .nothingRings: failed("nothing rings here")
            case .noCall: failed("there is no call")
            case .nobody: failed("there is nobody to call")
            }
        self = .refused(error)
    }
}

extension ControlError {
    static func noMicrophone(_ error: PCMError?) -> ControlError {
        let why = error?.description ?? "[audio] input = none"
        return ControlError(.failed, "there is no microphone: \(why)")
    }

    static func noSpeaker(_ error: PCMError?) -> ControlError {
        let why = error?.description ?? "[audio] output = none"
        return ControlError(.failed, "there is no speaker: \(why)")
    }

    fileprivate static func unknown(_ wish: Wish, _ names: Names) -> ControlError {
        guard wish.name != names.config.station.name else {
            return ControlError(.unknownTarget, "\(wish.name) is this station itself")
        }
        if case .ask = wish { return .unknownPeer(wish.name, names.directory) }
        return .unknownTarget(wish.name, names.routing)
    }

    static func unknownTarget(_ name: String, _ routing: Routing) -> ControlError {
        unknown("peer or channel", name, known: routing.names)
    }

    static func unknownPeer(_ name: String, _ directory: PeerDirectory) -> ControlError {
        unknown("peer", name, known: directory.numbers.map { directory[$0].name })
    }

    static func unknown(_ what: String, _ name: String, known: [String]) -> ControlError {
        let there =
            known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
        let hint = nearestWord(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ";"
        return ControlError(.unknownTarget, "no \(what) \(name)\(hint) \(there)")
    }
}

extension CallStatus {
    /// The call that blocks another, and the command that ends it.
    fileprivate var wayOut: String {
        let who = peers.joined(separator: ", ")
        if state == .ringing {
            return "\(who) is calling: intercomctl answer, or intercomctl reject"
        }
        let what =
            switch state {
            case .trying, .calling: "calling"
            case .active where kind == "listen_in": "listening to"
            case .idle, .ringing, .connecting, .active: "speaking with"
            }
        return "you are \(what) \(who); to end that: intercomctl hangup"
    }
}

extension [HeardBy] {
    /// The listeners among these that hear this station.
    fileprivate var able: [String] { filter { $0.reason == nil }.map { $0.peer } }
}

extension Wish {
    /// The name in the wish; empty where the wish has none.
    fileprivate var name: String {
        switch self {
        case .talk(let named, _), .page(let named, _), .endPage(let named), .call(let named, _):
            named.name
        case .ask(let named, _, _, _): named.name
        case .reply: Self.replyName
        case .answer, .reject, .hangUp, .tone: ""
        }
    }

    /// The relay or call light that a peer is asked for; empty for other wishes.
    fileprivate var what: String {
        if case .ask(_, _, _, let what) = self { what } else { "" }
    }
}

extension Reply.PTT {
    fileprivate init(
        to target: Int, _ heard: [HeardBy], of wish: Wish, _ names: Names,
        isTalking: Bool = false, wasTalking: Bool = false
    ) {
        self.init()
        (self.isTalking, self.wasTalking) = (isTalking, wasTalking)
        self.target = names.routing.target(target)?.name ?? wish.name
        self.heard = heard
        listeners = heard.able
    }
}

extension Reply.Announced {
    /// Makes the reply for the caller that makes an announcement, with the listeners that can hear
    /// it now.
    init(to target: String, isOver: Bool, _ names: Names, _ board: Switchboard) {
        self.init()
        self.target = target
        self.isOver = isOver
        let (around, asked) = (
            board.surroundings, board.listeners(of: Int(TalkTarget.announcement))
        )
        listeners = names.directory.numbers
            .filter { asked.contains($0) && around.obstacle(to: $0, isVoice: false) == nil }
            .map { names.directory[$0].name }
    }
}

extension Reply {
    /// Makes the reply to a request for a reload.
    init(_ result: Result<[ConfigDifference.Line], ControlError>) {
        switch result {
        case .success(let lines):
            var reload = Reload()
            reload.difference = lines.map {
                .init(
                    text: $0.text, section: String($0.header.dropFirst().dropLast()),
                    needsRestart: $0.needsRestart)
            }
            self = .reload(reload)
        case .failure(let error): self = .refused(error)
        }
    }
}

extension Reply {
    /// Makes the reply to a caller that has waited for the end of its own act.
    init(_ answer: LateAnswer, _ names: Names, _ board: Switchboard, station: () -> Snapshot) {
        switch answer {
        case .talkOver(let name, let end):
            let why =
                switch end {
                case .timedOut: "max-talk is over"
                case .letGo: "the button was released"
                case .targetGone: "\(name) is no longer in the settings"
                }
            self = .done(Done("the talk to \(name) is over: \(why)"))
        case .pageOver(let name, let heard):
            let heard = names.named(heard, station)
            var done = Done("page to \(name) ended")
            done.heard = heard
            done.outcome = heard.isHeard ? "heard" : "unheard"
            self = .done(done)
        case .pageReplaced(let former, let name):
            var done = Done("the page to \(former) is over: one to \(name) took its place")
            done.outcome = "replaced"
            self = .done(done)
        case .announced(let name, let heard):
            var announced = Announced(to: name, isOver: true, names, board)
            announced.heard = names.named(heard, station)
            self = .announce(announced)
        }
    }
}
