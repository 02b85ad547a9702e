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

/// Voice messages: what people ask for, and what they are told.
extension ControlLoop {
    /// Lets them go on.
    mutating func followMessages() {
        if resetButton.isErasing {
            endSpokenMessage(because: "this station is being erased")
            messages.stop()
        }
        followSpokenMessage()
        followPlayer()
        followHeardBack()
        messages.tick(at: now)
        while let (peer, record) = messages.nextRecord() {
            let session = cores.table.state(of: peer)?.sessionIndex
            rings.tell(
                .send(peer: peer, index: session, ControlPayload(record), to: nil, made: now))
        }
        while let word = messages.nextWord() {
            let peer = word.peer.map { messagePeer($0) }
            if word.isFault || word.owner == nil {
                let kind: Event.Kind = word.isFault ? .stateFault : .message
                announce(
                    Event(kind, at: wall, peer: peer, seconds: word.seconds, detail: word.text))
            }
            guard let owner = word.owner, let peer else { continue }
            if word.isFault {
                refuse(owner, word.text)
            } else if case .caller(let caller) = owner {
                let seconds = Event.tenths(word.seconds ?? 0)
                var done = Reply.Done("message to \(peer): \(seconds) s, goes when it is there")
                done.outcome = word.text
                server.replyLate(.done(done), to: caller, at: now)
            } else {
                rings.tell(.chime(.permit))
            }
        }
    }

    /// The name of the peer with this public key; the first characters of the key of one that has
    /// left.
    private func messagePeer(_ body: String) -> String {
        let number = directory.numbers.first { directory.key(of: $0).body == body }
        return number.map { directory[$0].name } ?? String(body.prefix(8))
    }

    /// Tells whoever speaks a message that nothing comes of it.
    private mutating func refuse(_ owner: SpokenMessage.Owner, _ text: String) {
        switch owner {
        case .button(let place):
            rings.tell(.chime(.refusal))
            // A reload may have taken the button away.
            let isThere = config.buttons.indices.contains(place)
            tell(.keyAction, button: isThere ? place : nil, detail: "message: \(text)")
        case .caller(let caller):
            server.replyLate(.refused(ControlError(.failed, text)), to: caller, at: now)
        }
    }

    /// Does what is asked of messages; nil where the answer comes later.
    mutating func answer(_ request: MessageRequest, for caller: CallerTicket?) -> Reply? {
        func refused(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }
        // There is a caller where the request outlasts its reply.
        switch request {
        case .record(let name): return record(messageTo: name, by: .caller(caller!))
        case .end:
            guard messages.spoken?.source == .microphone, case .caller? = messages.spoken?.owner
            else { return refused("no message is being spoken") }
            endSpokenMessage()
            return .done(Reply.Done("the message is over"))
        case .send(let name, let bytes):
            guard bytes > 0, bytes <= SealedMessage.entriesMax else {
                return refused("a message may last 1 to \(SealedMessage.secondsMax) seconds")
            }
            return beginMessage(to: name, by: .caller(caller!), .program(left: bytes))
        case .list: return .messages(messages.list { messagePeer($0) })
        case .play(let number): return play(number, for: caller)
        case .delete(let number):
            let chosen = messages.kept.filter {
                !$0.isDeleted && (number == nil || $0.number == number)
            }
            guard number == nil || !chosen.isEmpty else {
                return refused("there is no message \(number ?? 0): intercomctl message list")
            }
            for message in chosen { messages.delete(message, at: now) }
            return .done(
                Reply.Done("\(chosen.count) message\(chosen.count == 1 ? "" : "s") deleted"))
        }
    }

    // MARK: Speaking

    /// Opens the microphone for a message, until its owner ends it.
    mutating func record(messageTo name: String, by owner: SpokenMessage.Owner) -> Reply {
        guard devices.cards.input.isOpen else {
            let why = devices.cards.input.error?.description ?? "[audio] input = none"
            return .refused(ControlError(.failed, "there is no microphone: \(why)"))
        }
        // What is said to others is no part of it.
        guard !switchboard.openTalks.isAny else {
            return .refused(
                ControlError(.busy, "the microphone is open for others: try again after that"))
        }
        guard !settings.isChanging else {
            return .refused(ControlError(.busy, "the settings are changing: try again"))
        }
        let begun = beginMessage(to: name, by: owner, .microphone)
        guard case .done = begun else { return begun }
        messages.player?.stop()
        // What an earlier one left.
        while rings.packets.pop() != nil {}
        feed { board, _, _ in board.speakMessage(to: name) }
        return begun
    }

    private mutating func beginMessage(
        to name: String, by owner: SpokenMessage.Owner, _ source: SpokenMessage.Source
    ) -> Reply {
        guard let peer = directory.number(named: name) else {
            return .refused(.unknownPeer(name, directory))
        }
        guard messages.spoken == nil, messages.heardBack == nil else {
            return .refused(
                ControlError(.busy, "another message is just being spoken: try again after it"))
        }
        let body = directory.key(of: peer).body
        if let refusal = messages.refusal(to: body, called: name) {
            return .refused(ControlError(.failed, refusal))
        }
        messages.spoken = SpokenMessage(to: body, by: owner, source, wall: wall, at: now)
        return .done(Reply.Done("message to \(name): speak after the tone"))
    }

    /// The microphone opened for this target.
    mutating func talkBegan(to target: Int) {
        guard target == Int(TalkTarget.message) else {
            // What is said now is for others.
            endSpokenMessage(hasTail: false)
            let isOwn = messages.heardBack != nil
            if isOwn || target == Int(TalkTarget.call) { messages.player?.stop() }
            return
        }
        guard messages.spoken?.source == .microphone, messages.spoken?.isEnding == false else {
            return feed { board, _, _ in board.speakMessage(to: nil) }
        }
        messages.spoken?.opened(at: now)
    }

    /// Ends the message that is spoken at the microphone, if there is one; its owner is told when
    /// the microphone has closed.
    mutating func endSpokenMessage(because loss: String? = nil, hasTail: Bool = true) {
        guard messages.spoken?.source == .microphone else { return }
        takePackets()
        let isEnding = messages.spoken?.isEnding ?? true
        messages.spoken?.end(because: loss, hasTail: hasTail, at: now)
        if !isEnding { feed { board, _, _ in board.speakMessage(to: nil) } }
    }

    /// The same, where this owner speaks it.
    mutating func endSpokenMessage(of owner: SpokenMessage.Owner, because loss: String? = nil) {
        if messages.spoken?.owner == owner { endSpokenMessage(because: loss) }
    }

    /// The microphone has closed, for whatever reason: it does not open for this message again, and
    /// what was spoken goes on its way.
    mutating func finishSpokenMessage() {
        feed { board, _, _ in board.speakMessage(to: nil) }
        takePackets()
        guard let spoken = messages.spoken, spoken.source == .microphone else { return }
        messages.spoken = nil
        let isEmpty = spoken.milliseconds == 0
        if let loss = spoken.loss ?? (isEmpty ? "nothing was spoken" : nil) {
            refuse(spoken.owner, loss)
        } else if case .button(let place) = spoken.owner, devices.cards.output.isOpen, !isSilent,
            !switchboard.openTalks.isAny
        {
            messages.heardBack = HeardBack(spoken, at: place)
            messages.player = MessagePlayer(
                [spoken.kept], entries: spoken.entries, for: nil, messages.files, at: now)
        } else {
            messages.seal(spoken)
        }
    }

    /// Sends the message that its speaker has heard, or drops it.
    private mutating func followHeardBack() {
        guard let heardBack = messages.heardBack, let time = heardBack.deadline, now >= time else {
            return
        }
        if case .dropped = heardBack.state {
            messages.heardBack = nil
            return refuse(heardBack.message.owner, "dropped by its button")
        }
        sendHeardBack()
    }

    /// Sends the message that its speaker hears, whatever the button says.
    mutating func sendHeardBack() {
        guard let heardBack = messages.heardBack else { return }
        messages.heardBack = nil
        messages.player?.stop()
        messages.seal(heardBack.message)
    }

    private mutating func takePackets() {
        while let packet = rings.packets.pop() { messages.spoken?.take(packet) }
    }

    /// Takes what has come of the message that is being spoken.
    private mutating func followSpokenMessage() {
        takePackets()
        guard let owner = messages.spoken?.owner, let source = messages.spoken?.source,
            let limit = messages.spoken?.limit
        else { return }
        var isGone = false
        if case .caller(let caller) = owner { isGone = server.hasHungUp(caller) }
        guard source != .microphone else {
            if isGone { endSpokenMessage(because: "its program is gone") }
            if messages.spoken?.isFull == true { endSpokenMessage() }
            if now >= limit { finishSpokenMessage() }
            return
        }
        guard !isGone, now < limit else {
            messages.spoken = nil
            return refuse(owner, "the message is dropped: not all of it came")
        }
        readProgram(owner)
        guard messages.spoken?.source == .program(left: 0), var spoken = messages.spoken else {
            return
        }
        messages.spoken = nil
        guard spoken.measure() else { return refuse(owner, "what came is no message") }
        messages.seal(spoken)
    }

    /// Takes what a program has sent, a few blocks at a time: nothing else is to wait.
    private mutating func readProgram(_ owner: SpokenMessage.Owner) {
        guard case .caller(let caller) = owner else { return }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        for _ in 0..<16 {
            guard case .program(let left)? = messages.spoken?.source, left > 0 else { return }
            var room = bytes.mutableSpan
            var wanted = room._mutatingExtracting(first: min(left, room.count))
            guard let count = server.readSound(of: caller, into: &wanted), count > 0 else { return }
            messages.spoken?.take(bytes.span.extracting(first: count))
        }
    }

    // MARK: Playing

    /// Whether nobody wants to hear anything here, or a call would hear it, too.
    private var isSilent: Bool {
        keeper.state.isSpeakerMuted || keeper.state.volumes.speaker == 0
            || switchboard.openTalks.targets.contains(Int(TalkTarget.call))
    }

    private mutating func play(_ number: Int?, for caller: CallerTicket?) -> Reply {
        guard devices.cards.output.isOpen else {
            let why = devices.cards.output.error?.description ?? "[audio] output = none"
            return .refused(ControlError(.failed, "there is no speaker: \(why)"))
        }
        guard !isSilent else {
            return .refused(
                ControlError(.failed, "the speaker is muted, or a call would hear the message"))
        }
        guard messages.player == nil else {
            return .refused(ControlError(.busy, "messages are just being played"))
        }
        let chosen = messages.kept.filter {
            number == nil
                ? messages.isNew($0) : $0.number == number && $0.hasSound && $0.isIncoming
        }
        guard !chosen.isEmpty else {
            let text =
                number == nil
                ? "no message waits to be heard"
                : "there is no message \(number ?? 0) to this station: intercomctl message list"
            return .refused(ControlError(.failed, text))
        }
        messages.player = MessagePlayer(chosen, for: caller, messages.files, at: now)
        let seconds = Event.tenths(chosen.reduce(0) { $0 + $1.seconds })
        let what =
            chosen.count == 1
            ? "a message from \(messagePeer(chosen[0].peer))" : "\(chosen.count) messages"
        return .done(Reply.Done("playing \(what): \(seconds) s"))
    }

    private mutating func followPlayer() {
        guard var player = messages.player else { return }
        let isGone = player.caller.map { server.hasHungUp($0) } ?? false
        if isGone || isSilent { player.stop() }
        let outcome = player.tick(rings, isIdle: messages.isIdle, at: now)
        messages.player = player
        let reply: Reply
        switch outcome {
        case .playing: return
        case .heard(let message): return messages.heard(message)
        case .damaged(let message): return messages.setAside(message)
        case .over where player.count > 0:
            let count = player.count
            reply = .done(Reply.Done("\(count) message\(count == 1 ? "" : "s") played"))
        case .over: reply = .refused(ControlError(.failed, "it cannot be played: it is damaged"))
        case .stopped: reply = .refused(ControlError(.failed, "it was stopped"))
        case .failed:
            reply = .refused(
                ControlError(.failed, "it cannot be played: the speaker stands still"))
        }
        messages.player = nil
        guard messages.heardBack == nil else {
            messages.heardBack?.ended(at: now)
            return
        }
        if let caller = player.caller {
            server.replyLate(reply, to: caller, at: now)
        } else if case .refused = reply, outcome != .stopped {
            rings.tell(.chime(.refusal))
        }
    }
}
