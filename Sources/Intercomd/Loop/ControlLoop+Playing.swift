internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time

/// Messages, what was heard, and a person's own speech, played at the speaker.
extension ControlLoop {
    /// Why a message would be unheard here, or heard by others, too; nil otherwise.
    var silence: String? {
        let reason =
            keeper.state.speakerSilence ?? (devices.silentSpeaker != nil ? .cardMuted : nil)
        if reason == .volume { return "the volume is too low: intercomctl volume 80" }
        if let reason { return "\(reason.words): \(reason.fix)" }
        return switchboard.openTalks.isAny ? "the microphone is open for others" : nil
    }

    /// Why nothing can be played now, heard or not; nil where it can.
    var refusalToPlay: Reply? {
        guard devices.cards.output.isOpen else {
            return .refused(.noSpeaker(devices.cards.output.error))
        }
        guard !isSpeaking else { return Self.isBusySpeaking }
        guard messages.player == nil else {
            return .refused(ControlError(.busy, "something is just being played"))
        }
        return nil
    }

    mutating func play(_ number: Int?, by owner: SpokenMessage.Owner) -> Reply {
        if let refusalToPlay { return refusalToPlay }
        let chosen = messages.kept.filter {
            number == nil
                ? messages.isNew($0) : $0.shownNumber == number && $0.hasSound && $0.isIncoming
        }
        guard !chosen.isEmpty else {
            let text =
                number == nil
                ? "no message waits to be heard"
                : "there is no message \(number ?? 0) to this station: intercomctl message list"
            return .failed(text)
        }
        if let silence { return .failed(silence) }
        var caller: ProgramTicket?
        if case .caller(let ticket) = owner { caller = ticket }
        messages.player = MessagePlayer(chosen, for: caller, messages.work.files, at: now)
        let seconds = Event.tenths(chosen.reduce(0) { $0 + $1.seconds })
        let what =
            chosen.count == 1
            ? "a message from \(messages.title(of: chosen[0].peer))" : "\(chosen.count) messages"
        return .done(Reply.Done("playing \(what): \(seconds) s"))
    }

    /// Plays what was heard last, of this peer or of any one.
    mutating func playAgain(_ name: String?, for caller: ProgramTicket?) -> Reply {
        guard let keep = replay.keep else { return .failed("nothing is kept: [replay] keep = off") }
        let peer = name.flatMap { directory.number(named: $0) }
        if let name, peer == nil { return .refused(.unknownPeer(name, directory)) }
        if let refusalToPlay { return refusalToPlay }
        takePackets()
        guard !replay.isHearing(at: now) else {
            return .refused(ControlError(.busy, "somebody talks: try again after that"))
        }
        if let silence { return .failed(silence) }
        guard let talk = replay.next(of: peer, at: now) else {
            return .failed("nothing more was heard in the last \(keep.components.seconds) s")
        }
        let heard = KeptMessage(
            id: Boot.callID(), peer: "", start: 0, milliseconds: talk.milliseconds, size: 0,
            state: .heard)
        messages.player = MessagePlayer(
            [heard], entries: talk.entries, .replay, for: caller, messages.work.files, at: now)
        let seconds = Event.tenths(heard.seconds)
        return .done(Reply.Done("playing \(directory[talk.peer].name): \(seconds) s"))
    }

    mutating func followPlayer() {
        guard var player = messages.player else { return }
        let isGone = player.caller.map { server.hasHungUp($0) } ?? false
        if isGone { player.stop(by: "the program that asked for it") }
        if let silence { player.stop(by: "this station: \(silence)") }
        let outcome = player.tick(rings, isIdle: messages.work.isIdle, at: now)
        messages.player = player
        let reply: Reply
        switch outcome {
        case .playing: return
        case .heard(let message): return messages.heard(message)
        case .damaged(let message): return messages.setAside(message)
        case .over where player.count > 0:
            let text =
                switch player.subject {
                case .messages: "\(player.count) message\(player.count == 1 ? "" : "s") played"
                case .replay: "it was played"
                case .trial: player.figures
                }
            reply = .done(Reply.Done(text))
        case .over: reply = .failed("it cannot be played: it is damaged")
        case .stopped: reply = .failed("it was stopped by \(player.stoppedBy ?? "?")")
        case .failed(let why):
            reply = .failed("it cannot be played: \(why)")
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
