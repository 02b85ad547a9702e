internal import Config
internal import Crypto
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// Events of talks, calls and requests, in the words and names that people know.
extension Names {
    /// The event that tells people of this.
    ///
    /// - Parameters:
    ///   - notice: What happened.
    ///   - now: When.
    ///   - milliseconds: The same moment, since 1970 (UTC).
    ///   - station: The station as it is now; asked for only where names are not enough.
    /// - Returns: Nil where they are told nothing.
    func event(
        of notice: Notice, at now: Instant, wall milliseconds: Int, station: () -> Snapshot
    ) -> Event? {
        var event = Event(.talk, at: milliseconds)
        switch notice {
        case .callBegan: return nil
        case .callStands(let id, let state, let peer, let channel):
            guard let kind = Event.Kind(state) else { return nil }
            event.kind = kind
            event.peer = peer.map { directory[$0].name }
            event.target = name(of: channel)
            event.call = id.text
        case .callEnded(let summary, let ending, let channel):
            describe(summary, ending, channel, at: now, in: &event)
        case .inCall(let notice, let peer):
            guard let kind = Event.Kind(notice) else { return nil }
            event.kind = kind
            event.peer = directory[peer].name
        case .pageBegan(let peer, let reference, let priority):
            event.kind = .page
            event.peer = directory[peer].name
            event.target = routing.channelName(of: reference)
            event.detail = priority == .normal ? nil : priority.word
        case .pageEnded(let peer, let isTimeUp):
            event.kind = .pageEnd
            event.peer = directory[peer].name
            event.detail = isTimeUp ? "a page lasts a minute at most" : nil
        case .announcementBegan(let name, let priority):
            event.kind = .announce
            event.target = name
            event.detail = priority == .normal ? nil : priority.word
        case .announcementEnded(let name):
            event.kind = .announceEnd
            event.target = name
        case .refused(let peer, let refusal, let count):
            event.kind = .refused
            event.peer = directory[peer].name
            event.target = refusal.rawValue
            let what = refusal == .flood ? "too many to act on" : "not allowed"
            event.detail = what + (count > 1 ? ", \(count) times since the start" : "")
        case .signal(let peer, let time):
            event.kind = .signal
            event.peer = directory[peer].name
            event.detail = "for \(time.milliseconds / 1000) s"
        case .talkBegan(let name): event.target = name
        case .talkEnded(let name, let since):
            event.kind = .talkEnd
            event.target = name
            event.seconds = since.map { (now - $0).inSeconds }
        case .voiceBegan(let peer, let channel):
            event.peer = directory[peer].name
            event.target = channel.flatMap { routing.channelName($0) }
        case .voiceEnded(let peer, let channel, let since):
            event.kind = .talkEnd
            event.peer = directory[peer].name
            event.target = channel.flatMap { routing.channelName($0) }
            event.seconds = since.map { (now - $0).inSeconds }
        case .result(let peer, let request, let what, let outcome):
            return Event(
                PeerAnswer(outcome), to: what, request: Int(request), of: directory[peer].name,
                at: milliseconds)
        case .noListener(let target, let heard):
            event.kind = .noListener
            event.target = target
            tell(named(heard, station), "unheard", in: &event)
        case .heard(let target, let length, let heard):
            event.kind = .heard
            event.target = target
            event.seconds = length.inSeconds
            let heard = named(heard, station)
            tell(heard, heard.isHeard ? "heard" : "unheard", in: &event)
        default: return station().event(of: notice, at: milliseconds)
        }
        return event
    }

    private func tell(_ heard: [HeardBy], _ outcome: String, in event: inout Event) {
        event.detail = heard.sentence
        event.outcome = outcome
        event.heard = heard
    }

    private func describe(
        _ summary: CallSummary, _ ending: CallEnding, _ channel: CallDesk.Channel,
        at now: Instant, in event: inout Event
    ) {
        let cause = HistoryRecord.Cause(ending)
        event.kind = summary.isMissed(by: ending) ? .missedCall : .callEnded
        event.peer = (summary.answeredBy ?? summary.peers.first).map { directory[$0].name }
        event.target = name(of: channel)
        event.seconds = summary.answeredAt.map { (now - $0).inSeconds }
        event.detail = cause.words
        event.call = summary.id.text
        event.cause = cause.rawValue
    }
}

extension Event.Kind {
    /// A call stands like this; nil where that is no event.
    fileprivate init?(_ state: CallState) {
        switch state {
        case .trying: return nil
        case .ringing: self = .ring
        case .calling: self = .calling
        case .connecting: self = .answered
        case .active: self = .callActive
        }
    }

    /// Something happened in the middle of a call; nil where that is no event.
    fileprivate init?(_ notice: CallNotice) {
        switch notice {
        case .autoAnswered, .announced: return nil
        case .droppedIn: self = .dropIn
        case .monitored: self = .listenIn
        case .joined: self = .callJoined
        case .left: self = .callLeft
        case .weak: self = .callWeak
        case .strong: self = .callStrong
        }
    }
}

extension PeerAnswer {
    init(_ outcome: PeerRequests.Outcome) {
        self =
            switch outcome {
            case .done: .done
            case .denied: .denied
            case .unseen: .unseen
            case .unknown: .unknown
            case .noAnswer: .noAnswer
            }
    }
}

extension Event {
    /// What the journal says of a change that a person has made.
    init(_ change: SavedState.Change, at milliseconds: Int) {
        switch change {
        case .volume(let kind, let percent):
            self.init(.volume, at: milliseconds)
            target = kind.rawValue
            detail = "\(percent)%"
        case .mute(let what, let isOn):
            self.init(.mute, at: milliseconds)
            target = what
            detail = isOn ? "on" : "off"
        case .doNotDisturb(let isOn, let seconds):
            self.init(.dnd, at: milliseconds)
            let length = seconds.map { " for \($0) s" } ?? ""
            detail = isOn ? "on\(length)" : "off"
        }
    }
}

/// The history's records of calls.
extension Names {
    /// The record of this.
    ///
    /// - Parameters:
    ///   - notice: What happened.
    ///   - now: When.
    ///   - milliseconds: The same moment, since 1970 (UTC).
    /// - Returns: Nil where the history keeps nothing of it.
    func record(
        of notice: Notice, at now: Instant, wall milliseconds: Int
    ) -> HistoryRecord? {
        switch notice {
        case .callBegan(let summary, let channel):
            return record(of: summary, channel, .start, at: milliseconds)
        case .callEnded(let summary, let ending, let channel):
            var record = record(of: summary, channel, .end, at: milliseconds)
            record.cause = HistoryRecord.Cause(ending)
            record.isMissed = summary.isMissed(by: ending)
            record.ringSeconds = ((summary.answeredAt ?? now) - summary.since).inSeconds
            guard let answered = summary.answeredAt else { return record }
            record.talkSeconds = (now - answered).inSeconds
            // A call that opens by itself was answered by nobody.
            guard record.kind == .call else { return record }
            record.answeredBy =
                summary.isOutgoing
                ? summary.answeredBy.map { directory[$0].name } ?? "" : config.station.name
            return record
        default: return nil
        }
    }

    private func record(
        of summary: CallSummary, _ channel: CallDesk.Channel, _ phase: HistoryRecord.Phase,
        at milliseconds: Int
    ) -> HistoryRecord {
        var record = HistoryRecord()
        record.timeMilliseconds = milliseconds
        record.phase = phase
        record.call = summary.id.text
        record.kind =
            switch summary.mode {
            case .call: .call
            case .announce: .announce
            case .dropIn: .dropIn
            case .monitor: .listenIn
            default: .other
            }
        record.direction = summary.isOutgoing ? .outgoing : .incoming
        let peer = summary.peers.count == 1 ? summary.peers[0] : summary.answeredBy
        record.peer = peer.map { directory[$0].name } ?? ""
        record.channel = name(of: channel)
        record.priority = summary.priority
        return record
    }

    func name(of channel: CallDesk.Channel) -> String? {
        switch channel {
        case .named(let name): name
        case .reference(let reference): routing.channelName(of: reference)
        }
    }
}

extension HistoryRecord.Cause {
    init(_ ending: CallEnding) {
        self =
            switch ending {
            case .hungUp, .hungUpThere: .hungUp
            case .cancelled: .cancelled
            case .declined: .rejected
            case .busy: .busy
            case .doNotDisturb: .doNotDisturb
            case .refused: .denied
            case .unknownMode: .unsupported
            case .noAnswer, .expired: .noAnswer
            case .answeredElsewhere: .answeredElsewhere
            case .unreachable: .unreachable
            case .noPath: .noPath
            case .mediaTimeout: .mediaTimeout
            case .peerRestarted: .peerRestarted
            case .timeUp: .timeUp
            case .peerGone: .stopped
            case .preempted: .preempted
            case .crash: .crash
            }
    }
}

/// Events of peers that come and go, the network, the cards and the processor.
extension Snapshot {
    /// The event that tells people of this; nil where they are told nothing.
    func event(of notice: Notice, at milliseconds: Int) -> Event? {
        var event = Event(.peerUp, at: milliseconds)
        switch notice {
        case .peerUp(let peer):
            guard let session = peers[peer].session else { return nil }
            event.peer = directory[peer].name
            event.detail =
                "suite \(session.suite.rawValue)"
                + (session.hasPSK ? "" : ", no post-quantum authentication")
        case .peerDown(let peer): (event.kind, event.peer) = (.peerDown, directory[peer].name)
        case .peerStale(let peer): (event.kind, event.peer) = (.peerStale, directory[peer].name)
        case .peerHeard(let peer): (event.kind, event.peer) = (.peerHeard, directory[peer].name)
        case .unresolved(let peer, let complaint):
            (event.kind, event.peer) = (.peerUnresolved, directory[peer].name)
            event.detail = complaint
        case .sharedKey(let peer):
            (event.kind, event.peer) = (.sharedKey, directory[peer].name)
            event.detail = sharedKeyFault(of: peer)?.sentence
        case .networkFault(let trouble):
            event.kind = .networkFault
            event.detail = "\(trouble.text) -> \(trouble.fix)"
        case .networkReady: event.kind = .networkReady
        case .xrun(let direction):
            event.kind = .xrun
            event.detail = direction == .capture ? "input" : "output"
        case .stalled:
            event.kind = .audioStalled
            event.detail =
                "the sound card wakes without sound: its driver is at fault; using the timer"
        case .overload:
            event.kind = .overload
            event.detail = "the processor cannot keep up: \(shedText)"
        case .overloadEnd:
            event.kind = .overloadEnd
            event.detail = "the processor keeps up: the sound is whole again"
        case .asleep(let direction):
            event.kind = .audioAsleep
            event.detail = asleep(direction)
        case .awake(let direction):
            event.kind = .audioAwake
            event.detail = awake(direction)
        default: return nil
        }
        return event
    }
}
