internal import Config
internal import Crypto
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// Events in the words and names that people know.
extension Names {
    /// Makes the event for a notice.
    ///
    /// - Parameters:
    ///   - notice: The notice.
    ///   - now: The time.
    ///   - milliseconds: The same moment, since 1970 (UTC).
    ///   - station: Gives the present snapshot; called only where names are not enough.
    /// - Returns: Nil where people need not know.
    func event(
        of notice: Notice, at now: Instant, wall milliseconds: Int, station: () -> Snapshot
    ) -> Event? {
        func event(
            _ kind: Event.Kind, _ peer: Int? = nil, to target: String? = nil,
            seconds: Double? = nil, detail: String? = nil
        ) -> Event {
            Event(
                kind, at: milliseconds, peer: peer.map { directory[$0].name }, target: target,
                seconds: seconds, detail: detail)
        }
        switch notice {
        case .callBegan: return nil
        case .callStands(let summary, let state):
            guard let kind = Event.Kind(state) else { return nil }
            var told = event(kind, summary.peer, to: channel(of: summary))
            told.call = summary.id.text
            return told
        case .callEnded(let summary, let ending):
            let cause = HistoryRecord.Cause(ending)
            var told = event(
                summary.isMissed(by: ending) ? .missedCall : .callEnded,
                summary.answeredBy ?? summary.peers.first, to: channel(of: summary),
                seconds: summary.answeredAt.map { (now - $0).inSeconds }, detail: cause.words)
            (told.call, told.cause) = (summary.id.text, cause.rawValue)
            return told
        case .inCall(let notice, let peer): return event(Event.Kind(notice), peer)
        case .pageBegan(let peer, let reference, let priority):
            return event(
                .page, peer, to: routing.channelName(of: reference), detail: priority.wordAbove)
        case .pageEnded(let peer, let isTimeUp):
            return event(
                .pageEnd, peer, detail: isTimeUp ? "a page lasts a minute at most" : nil)
        case .announcementBegan(let name, let priority):
            return event(.announce, to: name, detail: priority.wordAbove)
        case .announcementEnded(let name): return event(.announceEnd, to: name)
        case .refused(let peer, let refusal, let count):
            let what = refusal == .flood ? "too many to act on" : "not allowed"
            return event(
                .refused, peer, to: refusal.rawValue,
                detail: what + (count > 1 ? ", \(count) times since the start" : ""))
        case .recording(let peer, let reference, let change):
            let target = routing.talkName(of: reference)
            let detail: String? =
                switch change {
                case .began, .ended: nil
                case .failed: "its file cannot be written"
                case .denied(let other): "\(directory[other].name) does not allow it"
                }
            var told = event(.recording, peer, to: target, detail: detail)
            told.outcome = change == .began ? "started" : "stopped"
            return told
        case .signal(let peer, let time):
            return event(.signal, peer, detail: "for \(time.milliseconds / 1000) s")
        case .talkBegan(let name): return event(.talk, to: name)
        case .talkEnded(let name, let since):
            return event(.talkEnd, to: name, seconds: since.map { (now - $0).inSeconds })
        case .voiceBegan(let peer, let channel):
            return event(.talk, peer, to: channel.flatMap { routing.channelName($0) })
        case .voiceEnded(let peer, let channel, let since):
            return event(
                .talkEnd, peer, to: channel.flatMap { routing.channelName($0) },
                seconds: since.map { (now - $0).inSeconds })
        case .result(let peer, let request, let what, let status):
            return Event(
                PeerAnswer(status), to: what, request: Int(request), of: directory[peer].name,
                at: milliseconds)
        case .noListener(let target, let heard):
            let heard = named(heard, station)
            var told = event(.noListener, to: target, detail: heard.sentence)
            (told.heard, told.outcome) = (heard, "unheard")
            return told
        case .heard(let target, let length, let heard):
            let heard = named(heard, station)
            var told = event(
                .heard, to: target, seconds: length.inSeconds, detail: heard.sentence)
            (told.heard, told.outcome) = (heard, heard.isHeard ? "heard" : "unheard")
            return told
        case .peerUp(let peer):
            guard let session = station().peers[peer].session else { return nil }
            return event(
                .peerUp, peer,
                detail: "suite \(session.suite.rawValue)"
                    + (session.hasPSK ? "" : ", no post-quantum authentication"))
        case .peerDown(let peer): return event(.peerDown, peer)
        case .peerStale(let peer): return event(.peerStale, peer)
        case .peerHeard(let peer): return event(.peerHeard, peer)
        case .unresolved(let peer, let complaint):
            return event(.peerUnresolved, peer, detail: complaint)
        case .sharedKey(let peer):
            return event(.sharedKey, peer, detail: station().sharedKeyFault(of: peer)?.sentence)
        case .networkFault(let trouble): return event(.networkFault, detail: trouble)
        case .networkReady: return event(.networkReady)
        case .xrun(let direction):
            return event(.xrun, detail: direction == .capture ? "input" : "output")
        case .stalled:
            return event(
                .audioStalled,
                detail:
                    "the sound card wakes without sound: its driver is at fault; using the timer")
        case .overload:
            return event(
                .overload, detail: "the processor cannot keep up: \(station().shedText)")
        case .overloadEnd:
            return event(
                .overloadEnd, detail: "the processor keeps up: the sound is whole again")
        case .asleep(let direction):
            return event(.audioAsleep, detail: station().asleep(direction))
        case .awake(let direction):
            return event(.audioAwake, detail: station().awake(direction))
        }
    }
}

extension Priority {
    /// The word in an event; nil for the usual priority.
    fileprivate var wordAbove: String? { self == .normal ? nil : word }
}

extension Event.Kind {
    /// Converts the state of a call; nil where no event reports it.
    fileprivate init?(_ state: CallState) {
        switch state {
        case .trying: return nil
        case .ringing: self = .ring
        case .calling: self = .calling
        case .connecting: self = .answered
        case .active: self = .callActive
        }
    }

    /// Converts a notice in the middle of a call.
    fileprivate init(_ notice: CallNotice) {
        self =
            switch notice {
            case .dropIn: .dropIn
            case .listenIn: .listenIn
            case .joined: .callJoined
            case .left: .callLeft
            case .weak: .callWeak
            case .strong: .callStrong
            }
    }
}

extension PeerAnswer {
    /// The answer of a peer; nil means that none came.
    init(_ status: RequestResult.Status?) {
        self =
            switch status {
            case .done?: .done
            case .denied?: .denied
            case .unseen?: .unseen
            case .some: .unknown
            case nil: .noAnswer
            }
    }
}

/// The history's records of calls.
extension Names {
    /// Makes the record of a notice.
    ///
    /// - Parameters:
    ///   - notice: The notice.
    ///   - now: The time.
    ///   - milliseconds: The same moment, since 1970 (UTC).
    /// - Returns: Nil where the history needs no record.
    func record(
        of notice: Notice, at now: Instant, wall milliseconds: Int
    ) -> HistoryRecord? {
        let summary: CallSummary
        var ending: CallEnding?
        switch notice {
        case .callBegan(let began): summary = began
        case .callEnded(let ended, let why): (summary, ending) = (ended, why)
        default: return nil
        }
        var record = HistoryRecord()
        record.timeMilliseconds = milliseconds
        record.phase = ending == nil ? .start : .end
        record.call = summary.id.text
        record.kind = HistoryRecord.Kind(summary.mode)
        record.direction = summary.isOutgoing ? .outgoing : .incoming
        record.peer = summary.peer.map { directory[$0].name } ?? ""
        record.channel = channel(of: summary)
        record.priority = summary.priority
        guard let ending else { return record }
        record.cause = HistoryRecord.Cause(ending)
        record.isMissed = summary.isMissed(by: ending)
        record.ringSeconds = ((summary.answeredAt ?? now) - summary.since).inSeconds
        guard let answered = summary.answeredAt else { return record }
        record.talkSeconds = (now - answered).inSeconds
        // Nobody answered a call that opened by itself.
        guard record.kind == .call else { return record }
        record.answeredBy =
            summary.isOutgoing
            ? summary.answeredBy.map { directory[$0].name } ?? "" : config.station.name
        return record
    }

    /// Makes the record of a call of this peer that did not reach this station.
    ///
    /// The call's own id is unknown here.
    func record(ofMissed peer: Int, at milliseconds: Int) -> HistoryRecord {
        let caller = directory.key(of: peer).bytes.span.uint64(at: 0)
        let id = CallID(
            high: UInt64(clamping: milliseconds) << 16 | 0x7000, low: caller >> 2 | 1 << 63)
        var record = HistoryRecord()
        (record.phase, record.call, record.timeMilliseconds) = (.end, id.text, milliseconds)
        (record.direction, record.peer) = (.incoming, directory[peer].name)
        (record.cause, record.isMissed) = (.notReachable, true)
        return record
    }

    private func channel(of summary: CallSummary) -> String? {
        summary.channel ?? routing.channelName(of: summary.reference)
    }
}

extension HistoryRecord.Kind {
    init(_ mode: Offer.Mode) {
        self =
            switch mode {
            case .call: .call
            case .announce: .announce
            case .dropIn: .dropIn
            case .listenIn: .listenIn
            default: .other
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
            case .noNetwork: .noNetwork
            case .peerRestarted: .peerRestarted
            case .timeUp: .timeUp
            case .peerGone: .stopped
            case .preempted: .preempted
            }
    }
}
