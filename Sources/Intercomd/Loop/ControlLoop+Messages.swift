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
        followSpokenMessage()
        followPlayer()
        messages.tick(at: now)
        while let (peer, record) = messages.nextRecord() {
            let session = cores.table.state(of: peer)?.sessionIndex
            rings.tell(
                .send(peer: peer, index: session, ControlPayload(record), to: nil, made: now))
        }
        while let word = messages.nextWord() {
            let peer = word.peer.map { messagePeer($0) }
            if word.isFault || word.isNews {
                let kind: Event.Kind = word.isFault ? .stateFault : .message
                announce(
                    Event(kind, at: wall, peer: peer, seconds: word.seconds, detail: word.text))
            }
            if word.isOfButton { rings.tell(.chime(word.isFault ? .refusal : .permit)) }
            guard let caller = word.caller, let peer else { continue }
            let reply: Reply
            if word.isFault {
                reply = .refused(ControlError(.failed, word.text))
            } else {
                let seconds = Event.tenths(word.seconds ?? 0)
                var done = Reply.Done("message to \(peer): \(seconds) s, goes when it is there")
                done.outcome = word.text
                reply = .done(done)
            }
            server.replyLate(reply, to: caller, at: now)
        }
    }

    /// The name of the peer with this public key; the first characters of the key of one that has
    /// left.
    private func messagePeer(_ body: String) -> String {
        let number = directory.numbers.first { directory.key(of: $0).body == body }
        return number.map { directory[$0].name } ?? String(body.prefix(8))
    }

    /// Does what is asked of messages; nil where the answer comes later.
    mutating func answer(_ request: MessageRequest, for caller: CallerTicket?) -> Reply? {
        func refused(_ text: String) -> Reply { .refused(ControlError(.failed, text)) }
        switch request {
        case .record(let name): return record(messageTo: name, for: caller)
        case .end:
            guard messages.spoken?.isOfMicrophone == true else {
                return refused("no message is being spoken")
            }
            feed { board, _, _ in board.speakMessage(to: nil) }
            return .done(Reply.Done("the message is over"))
        case .send(let name, let bytes):
            guard bytes > 0, bytes <= SealedMessage.entriesMax else {
                return refused("a message may last 1 to \(SealedMessage.secondsMax) seconds")
            }
            return beginMessage(to: name, for: caller, .program(left: bytes))
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

    private mutating func record(messageTo name: String, for caller: CallerTicket?) -> Reply {
        guard devices.cards.input.isOpen else {
            let why = devices.cards.input.error?.description ?? "[audio] input = none"
            return .refused(ControlError(.failed, "there is no microphone: \(why)"))
        }
        let begun = beginMessage(to: name, for: caller, .microphone(isOpen: false))
        guard case .done = begun else { return begun }
        // What an earlier one left.
        while rings.packets.pop() != nil {}
        feed { board, _, _ in board.speakMessage(to: name) }
        return begun
    }

    private mutating func beginMessage(
        to name: String, for caller: CallerTicket?, _ source: SpokenMessage.Source
    ) -> Reply {
        guard let peer = directory.number(named: name) else {
            return .refused(.unknownPeer(name, directory))
        }
        guard messages.spoken == nil else {
            return .refused(
                ControlError(.busy, "another message is just being spoken: try again after it"))
        }
        if let refusal = messages.refusal(to: peer, called: name) {
            return .refused(ControlError(.failed, refusal))
        }
        messages.spoken = SpokenMessage(
            to: peer, name, for: caller, source, wall: wall, at: now)
        return .done(Reply.Done("message to \(name): speak after the tone"))
    }

    /// Takes what has come of the message that is being spoken.
    private mutating func followSpokenMessage() {
        while let packet = rings.packets.pop() { messages.spoken?.take(packet) }
        guard var spoken = messages.spoken else { return }
        // Held here alone, so that it is not copied when it grows.
        messages.spoken = nil
        let isGone = spoken.caller.map { server.hasHungUp($0) } ?? false
        if isGone || spoken.isLate(at: now) {
            // Whoever spoke it went without an end, or no microphone opened.
            if spoken.isOfMicrophone { feed { board, _, _ in board.speakMessage(to: nil) } }
            guard let caller = spoken.caller else { return }
            return server.replyLate(
                .refused(ControlError(.failed, "the message is dropped: nothing came of it")),
                to: caller, at: now)
        }
        defer { if spoken.source != .program(left: 0) { messages.spoken = spoken } }
        guard !spoken.isOfMicrophone, let caller = spoken.caller else {
            if spoken.isFull { feed { board, _, _ in board.speakMessage(to: nil) } }
            return
        }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        // A few at a time: nothing else is to wait.
        for _ in 0..<16 {
            guard case .program(let left) = spoken.source, left > 0 else { break }
            var room = bytes.mutableSpan
            var wanted = room._mutatingExtracting(first: min(left, room.count))
            guard let count = server.readSound(of: caller, into: &wanted), count > 0 else { break }
            spoken.take(bytes.span.extracting(first: count), at: now)
        }
        guard spoken.source == .program(left: 0) else { return }
        guard spoken.measure() else {
            return server.replyLate(
                .refused(ControlError(.badRequest, "what came is no message")), to: caller, at: now)
        }
        messages.seal(spoken, at: now)
    }

    /// The microphone has closed: what was spoken goes on its way.
    mutating func messageSpoken() {
        while let packet = rings.packets.pop() { messages.spoken?.take(packet) }
        guard let spoken = messages.spoken, spoken.isOfMicrophone else { return }
        messages.spoken = nil
        guard spoken.milliseconds > 0 else {
            guard let caller = spoken.caller else { return }
            return server.replyLate(
                .refused(ControlError(.failed, "nothing was spoken")), to: caller, at: now)
        }
        messages.seal(spoken, at: now)
    }

    // MARK: Playing

    private mutating func play(_ number: Int?, for caller: CallerTicket?) -> Reply {
        guard devices.cards.output.isOpen else {
            let why = devices.cards.output.error?.description ?? "[audio] output = none"
            return .refused(ControlError(.failed, "there is no speaker: \(why)"))
        }
        guard messages.player == nil else {
            return .refused(ControlError(.busy, "messages are just being played"))
        }
        let chosen = messages.kept.filter {
            number == nil
                ? $0.state == .new : $0.number == number && $0.hasSound && $0.isIncoming
        }
        guard !chosen.isEmpty else {
            let text =
                number == nil
                ? "no message waits to be heard"
                : "there is no message \(number ?? 0) to this station: intercomctl message list"
            return .refused(ControlError(.failed, text))
        }
        messages.player = MessagePlayer(chosen, for: caller, config.paths, at: now)
        let seconds = Event.tenths(chosen.reduce(0) { $0 + $1.seconds })
        let what =
            chosen.count == 1
            ? "a message from \(messagePeer(chosen[0].peer))" : "\(chosen.count) messages"
        return .done(Reply.Done("playing \(what): \(seconds) s"))
    }

    private mutating func followPlayer() {
        guard var player = messages.player else { return }
        if let caller = player.caller, server.hasHungUp(caller) { player.stop() }
        let outcome = player.tick(rings, at: now)
        messages.player = player
        let reply: Reply
        switch outcome {
        case .playing: return
        case .heard(let message): return messages.heard(message)
        case .over:
            let count = player.count
            reply = .done(Reply.Done("\(count) message\(count == 1 ? "" : "s") played"))
        case .stopped: reply = .refused(ControlError(.failed, "it was stopped"))
        case .failed:
            reply = .refused(
                ControlError(
                    .failed,
                    "it cannot be played: the speaker stands still, or its file is damaged"))
        }
        messages.player = nil
        if let caller = player.caller { server.replyLate(reply, to: caller, at: now) }
    }
}
