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

/// Voice messages: requests of people, and news for them; what was heard is played as they are.
extension ControlLoop {
    /// Advances the work on messages.
    mutating func followMessages() {
        if resetButton.isErasing {
            dropMessages(because: Messages.erased)
            messages.stop()
            replay.configure(keep: nil)
        }
        followSpokenMessage()
        followPlayer()
        let isGone = messages.heardBack?.caller.map { server.hasHungUp($0) } ?? false
        if isGone || messages.heardBack?.deadline.map({ now >= $0 }) ?? false { sendHeardBack() }
        messages.tick(at: now)
        while let (peer, record) = messages.nextRecord() {
            send(ControlPayload(record), to: peer)
        }
        tellMessageWords()
    }

    /// Gives the spoken message to the disk, and reports the results.
    mutating func closeMessages() {
        sendHeardBack()
        messages.close(within: .seconds(3))
        tellMessageWords()
    }

    private mutating func tellMessageWords() {
        while let word = messages.nextWord() {
            let peer = word.peer.map { messages.name(of: $0) }
            if word.owner == nil || word.isFault && word.sealed != nil {
                let kind: Event.Kind = word.isFault ? .stateFault : .message
                publish(
                    Event(kind, at: wall, peer: peer, seconds: word.seconds, detail: word.text))
            }
            guard let owner = word.owner else { continue }
            if word.isFault {
                refuse(owner, word.text)
            } else if case .caller(let caller) = owner {
                var done = Reply.Done(word.text)
                if let (spoken, peers) = word.sealed {
                    let seconds = Event.tenths(word.seconds ?? 0)
                    let parts = peers.map { departure(to: $0, in: spoken) } + spoken.leftOut
                    done = Reply.Done(
                        "message to \(spoken.name): \(seconds) s, "
                            + parts.joined(separator: "; "))
                    done.outcome = word.text
                }
                server.replyLate(.done(done), to: caller, at: now)
            } else if case .button(let place) = owner {
                let leftOut = word.sealed?.spoken.leftOut ?? []
                rings.tell(.chime(leftOut.isEmpty ? .permit : .partly))
                if !leftOut.isEmpty { tell(leftOut.joined(separator: "; "), of: place) }
            }
        }
    }

    /// Finds when a message leaves to a peer, which is named where it is one of a channel.
    private func departure(to body: String, in spoken: SpokenMessage) -> String {
        let when = messages.departure(
            to: body, cutOff: switchboard.downWatch.cutOff,
            stale: switchboard.presence.peers(.stale))
        let name = messages.name(of: body)
        return name == spoken.name ? when : "\(name): \(when)"
    }

    /// Reports to a message's owner that the message is refused or dropped.
    private mutating func refuse(_ owner: SpokenMessage.Owner, _ text: String) {
        switch owner {
        case .button(let place):
            rings.tell(.chime(.refusal))
            tell(text, of: place)
        case .caller(let caller):
            server.replyLate(.failed(text), to: caller, at: now)
        }
    }

    /// Publishes what became of the message of a button.
    private mutating func tell(_ text: String, of place: Int) {
        // A reload may have removed the button.
        let isThere = config.buttons.indices.contains(place)
        tell(.keyAction, button: isThere ? place : nil, detail: "message: \(text)")
    }

    /// Carries out a request about messages; nil where the answer comes later.
    mutating func answerMessages(
        _ request: MessageRequest, by owner: SpokenMessage.Owner?, user: Int?
    ) -> Reply? {
        switch (request, owner) {
        case (.record(let name, let hearsBack), let owner?):
            return record(messageTo: name, by: owner, user: user, hearsBack: hearsBack ?? false)
        case (.hear(let loss, let isWire), let owner?):
            guard HearTrial.losses.contains(loss) else {
                return .failed("\"loss\" must be 0 to \(HearTrial.losses.upperBound)")
            }
            return hear(HearTrial(loss: loss, isWire: isWire), by: owner, user: user)
        case (.end(let id), _):
            guard let spoken = messages.spoken, spoken.isBegun(id, by: user) else {
                return .failed("this user does not speak this message")
            }
            endSpokenMessage()
            return .done(Reply.Done("the message is over"))
        case (.agree(let id), _):
            guard let message = messages.heardBack?.message, message.isBegun(id, by: user) else {
                return .failed("this message does not wait to be sent")
            }
            messages.heardBack?.agreed(at: now)
            return .done(Reply.Done("the message is sent"))
        case (.send(let name, let bytes), let owner?):
            guard bytes > 0, bytes <= SealedMessage.entriesMax else {
                return .failed("\"bytes\" must be 1 to \(SealedMessage.entriesMax)")
            }
            return beginMessage(to: name, by: owner, user: user, .program(left: bytes))
        case (.list, _): return .messages(messages.list)
        case (.play(let number), let owner?): return play(number, by: owner)
        case (.delete(let number), let owner?):
            let chosen = messages.kept.filter {
                !$0.isDeleted && (number == nil || $0.shownNumber == number)
            }
            guard number == nil || !chosen.isEmpty else {
                return .failed("there is no message \(number ?? 0): intercomctl message list")
            }
            for message in chosen { messages.delete(message, at: now) }
            let count = Set(chosen.map { $0.shownNumber }).count
            messages.tellWhenWritten(owner, "\(count) message\(count == 1 ? "" : "s") deleted")
            return nil
        case (_, nil): return .failed("nobody asks for it")
        }
    }

    // MARK: Speaking

    /// Why nothing can be spoken now for a message; nil where it can.
    private var refusalToSpeak: Reply? {
        guard devices.cards.input.isOpen else {
            return .refused(.noMicrophone(devices.cards.input.error))
        }
        guard switchboard.microphoneSilence == nil else {
            let why =
                keeper.state.isMicrophoneMuted
                ? "is muted: intercomctl unmute mic" : "gives nothing: intercomctl status"
            return .failed("the microphone \(why)")
        }
        guard !isSpeaking || isSending else { return Self.isBusySpeaking }
        // Talk to others must not become part of the message.
        guard !switchboard.openTalks.isAny else {
            return .refused(
                ControlError(.busy, "the microphone is open for others: try again after that"))
        }
        guard !settings.isChanging else {
            return .refused(ControlError(.busy, "the settings are changing: try again"))
        }
        return nil
    }

    /// Opens the microphone for a message, until its owner ends it.
    private mutating func record(
        messageTo name: String, by owner: SpokenMessage.Owner, user: Int?, hearsBack: Bool
    ) -> Reply {
        if let refusalToSpeak { return refusalToSpeak }
        // Packets left by an earlier message.
        if messages.spoken == nil { takePackets() }
        let begun = beginMessage(
            to: name, by: owner, user: user, hearsBack: hearsBack, .microphone)
        guard case .done = begun else { return begun }
        messages.player?.stop(by: "a message that is spoken here")
        feed { board, _, _ in board.speakMessage(to: name) }
        return begun
    }

    /// Opens the microphone for a trial, until its owner ends it.
    private mutating func hear(
        _ trial: HearTrial, by owner: SpokenMessage.Owner, user: Int?
    ) -> Reply {
        if let refusal = refusalToSpeak ?? refusalToPlay { return refusal }
        if let silence { return .failed(silence) }
        // Packets left by an earlier message.
        takePackets()
        messages.spoken = SpokenMessage(
            to: [], called: "yourself", by: owner, user: user, trial: trial, .microphone,
            eventsLost: rings.counters[.eventsLost], wall: wall, at: now)
        feed { board, _, _ in board.speakMessage(to: "yourself") }
        var begun = Reply.Done("speak after the tone")
        begun.message = messages.spoken?.id.text
        return .done(begun)
    }

    /// Whether a person speaks a message, or hears it before it is sent.
    var isSpeaking: Bool { messages.spoken != nil || messages.heardBack != nil }

    /// Whether a program sends a message, which does not keep people from speaking.
    private var isSending: Bool {
        if case .program? = messages.spoken?.source { true } else { false }
    }

    static var isBusySpeaking: Reply {
        .refused(
            ControlError(
                .busy, "a message is being spoken, or waits to be sent: try again after it"))
    }

    private mutating func beginMessage(
        to name: String, by owner: SpokenMessage.Owner, user: Int?, hearsBack: Bool = false,
        _ source: SpokenMessage.Source
    ) -> Reply {
        guard let target = routing.target(named: name) else {
            return .refused(.unknownTarget(name, routing))
        }
        var (bodies, refusals): ([String], [String]) = ([], [])
        for peer in target.listeners {
            let body = directory.key(of: peer).body
            let refusal = messages.refusal(to: body, called: directory[peer].name)
            if let refusal { refusals.append(refusal) } else { bodies.append(body) }
        }
        guard !bodies.isEmpty else {
            return .failed(refusals.first ?? "channel \(name) has no members")
        }
        if source == .microphone, isSending {
            dropSpokenMessage(because: "somebody speaks one at the microphone")
        }
        guard !isSpeaking else { return Self.isBusySpeaking }
        messages.spoken = SpokenMessage(
            to: bodies, called: name, leftOut: refusals, by: owner, user: user,
            hearsBack: hearsBack, source, eventsLost: rings.counters[.eventsLost], wall: wall,
            at: now)
        let next = source == .microphone ? "speak after the tone" : "send it"
        var begun = Reply.Done("message to \(name): \(next)")
        begun.message = messages.spoken?.id.text
        return .done(begun)
    }

    /// Notes that the microphone opened for this target.
    mutating func talkBegan(to target: Int) {
        guard target == Int(TalkTarget.message) else {
            // The microphone and the speaker serve others now.
            endSpokenMessage(because: "the microphone opened for others")
            messages.player?.stop(by: "a talk from here")
            return
        }
        guard messages.spoken?.source == .microphone, messages.spoken?.isEnding == false else {
            return feed { board, _, _ in board.speakMessage(to: nil) }
        }
        messages.spoken?.opened(at: now)
    }

    /// Ends the message that is spoken at the microphone, if there is one; its owner gets the
    /// result when the microphone has closed.
    mutating func endSpokenMessage(because loss: String? = nil) {
        guard messages.spoken?.source == .microphone else { return }
        takePackets()
        let isEnding = messages.spoken?.isEnding ?? true
        messages.spoken?.end(because: loss, at: now)
        if !isEnding { feed { board, _, _ in board.speakMessage(to: nil) } }
    }

    /// Ends the message where this owner speaks it.
    mutating func endSpokenMessage(of owner: SpokenMessage.Owner, because loss: String? = nil) {
        if messages.spoken?.owner == owner { endSpokenMessage(because: loss) }
    }

    /// Finishes a message whose microphone has closed for any reason: the microphone does not open
    /// for it again, and the speech is sent.
    mutating func finishSpokenMessage() {
        feed { board, _, _ in board.speakMessage(to: nil) }
        takePackets()
        guard let spoken = messages.spoken, spoken.source == .microphone else { return }
        messages.spoken = nil
        if let problem = spoken.problem { return refuse(spoken.owner, "dropped: \(problem)") }
        let seconds = Event.tenths(Double(spoken.milliseconds) / 1_000)
        if let trial = spoken.trial, case .caller(let caller) = spoken.owner {
            messages.player = MessagePlayer(
                [spoken.kept(for: "")], entries: spoken.entries, .trial(trial), for: caller,
                messages.work.files, at: now)
            return server.tell(.done(Reply.Done("\(seconds) s; you hear it now")), to: caller)
        }
        let heardBack = HeardBack(spoken)
        let isPlayed = devices.cards.output.isOpen && silence == nil && messages.player == nil
        guard spoken.hearsBack || isPlayed && heardBack.place != nil else {
            return messages.seal(spoken)
        }
        messages.heardBack = heardBack
        if isPlayed {
            messages.player = MessagePlayer(
                [spoken.kept(for: "")], entries: spoken.entries, for: nil, messages.work.files,
                at: now)
        } else {
            messages.heardBack?.ended(at: now)
        }
        if let caller = heardBack.caller {
            let what = isPlayed ? "you hear it now" : "the speaker is silent"
            let text = "message to \(spoken.name): \(seconds) s; \(what)"
            server.tell(.done(Reply.Done(text)), to: caller)
        }
    }

    /// Sends the message that its speaker hears, or drops it: its button is down, or nobody at the
    /// terminal has agreed.
    mutating func sendHeardBack() {
        guard let heardBack = messages.heardBack else { return }
        guard !heardBack.isDropped else {
            let isAtButton = heardBack.place != nil
            return dropHeardBack(because: isAtButton ? "by its button" : "nobody has answered")
        }
        messages.heardBack = nil
        messages.player?.stop(by: "its owner")
        messages.seal(heardBack.message)
    }

    private mutating func dropHeardBack(because why: String) {
        guard let heardBack = messages.heardBack else { return }
        messages.heardBack = nil
        messages.player?.stop(by: "its owner")
        refuse(heardBack.message.owner, "dropped: \(why)")
    }

    /// Drops all messages that are not sealed yet.
    mutating func dropMessages(because why: String) {
        endSpokenMessage(because: why)
        if isSending { dropSpokenMessage(because: why) }
        dropHeardBack(because: why)
    }

    /// Drops the message that a program sends.
    private mutating func dropSpokenMessage(because why: String) {
        guard let spoken = messages.spoken else { return }
        messages.spoken = nil
        refuse(spoken.owner, "the message is dropped: \(why)")
    }

    /// Takes the new packets of the spoken message and of recordings, and those that were heard.
    mutating func takePackets() {
        while let packet = rings.nextKept() {
            guard let recorded = packet.recorded else {
                messages.spoken?.take(packet)
                continue
            }
            guard recorded.stream != KeptPacket.Recorded.heard else {
                // Its peer may have been removed, which the media loop does not know yet.
                if !settings.isChanging { replay.take(packet, recorded) }
                if messages.player?.subject == .replay { messages.player?.stop(by: "a voice") }
                continue
            }
            let (directory, own) = (directory, config.station.name)
            recordings.take(packet) { $0.map { directory[$0].name } ?? own }
        }
    }

    /// Takes the new sound of the message that is being spoken.
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
            if keeper.state.isMicrophoneMuted, messages.spoken?.isEnding == false {
                endSpokenMessage(because: "the microphone was muted")
            }
            // The lost events may include the end.
            if let before = messages.spoken?.eventsLost,
                rings.counters[.eventsLost] != before
            {
                endSpokenMessage(because: "this station has too much to do")
            }
            if now >= limit { finishSpokenMessage() }
            return
        }
        guard !isGone, now < limit else {
            return dropSpokenMessage(because: "not all of it came in time")
        }
        readProgram(owner)
        guard messages.spoken?.source == .program(left: 0), var spoken = messages.spoken else {
            return
        }
        messages.spoken = nil
        guard spoken.measure() else { return refuse(owner, "what came is no message") }
        messages.seal(spoken)
    }

    /// Reads a program's message, a few blocks at a time, so that nothing else waits.
    private mutating func readProgram(_ owner: SpokenMessage.Owner) {
        guard case .caller(let caller) = owner else { return }
        var bytes = InlineArray<4096, UInt8>(repeating: 0)
        for _ in 0..<16 {
            guard case .program(let left)? = messages.spoken?.source, left > 0 else { return }
            var room = bytes.mutableSpan
            var wanted = room._mutatingExtracting(first: min(left, room.count))
            guard let count = server.readSound(of: caller, into: &wanted), count > 0 else { return }
            messages.spoken?.take(bytes.span.extracting(first: count), at: now)
        }
    }
}
