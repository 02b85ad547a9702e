internal import Config
internal import Control
internal import HAL
internal import Presentation
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What the journal and the history are told of calls.
extension ControlLoop {
    mutating func began(_ summary: CallSummary, _ channel: CallDesk.Channel) {
        record(record(of: summary, channel, .start))
    }

    mutating func ended(
        _ summary: CallSummary, _ ending: CallEnding, _ channel: CallDesk.Channel
    ) {
        var record = record(of: summary, channel, .end)
        record.cause = HistoryRecord.Cause(ending)
        record.isMissed = summary.isMissed(by: ending)
        record.ringSeconds = seconds((summary.answeredAt ?? now) - summary.since)
        if let answered = summary.answeredAt {
            record.talkSeconds = seconds(now - answered)
            // A call that opens by itself was answered by nobody.
            if record.kind == .call {
                record.answeredBy =
                    summary.isOutgoing
                    ? summary.answeredBy.map { roster[$0].name } ?? "" : config.station.name
            }
        }
        self.record(record)
        history.lastEnded = record
        tell(
            record.isMissed ? .missedCall : .callEnded,
            peer: summary.answeredBy ?? summary.peers.first, target: name(of: channel),
            since: summary.answeredAt, detail: record.cause?.words, call: summary.id,
            cause: record.cause)
    }

    mutating func stands(
        _ id: CallID, _ state: CallState, peer: Int?, _ channel: CallDesk.Channel
    ) {
        let kind: Event.Kind
        switch state {
        case .trying: return
        case .ringing: kind = .ring
        case .calling: kind = .calling
        case .connecting: kind = .answered
        case .active: kind = .callActive
        }
        tell(kind, peer: peer, target: name(of: channel), call: id)
    }

    mutating func told(_ notice: CallNotice, of peer: Int) {
        switch notice {
        case .autoAnswered, .announced: break
        case .droppedIn: tell(.dropIn, peer: peer)
        case .monitored: tell(.listenIn, peer: peer)
        case .joined: tell(.callJoined, peer: peer)
        case .left: tell(.callLeft, peer: peer)
        case .weak: tell(.callWeak, peer: peer)
        case .strong: tell(.callStrong, peer: peer)
        }
    }

    private func name(of channel: CallDesk.Channel) -> String? {
        switch channel {
        case .named(let name): name
        case .reference(let reference): channelName(of: reference)
        }
    }

    private func record(
        of summary: CallSummary, _ channel: CallDesk.Channel, _ phase: HistoryRecord.Phase
    ) -> HistoryRecord {
        var record = HistoryRecord()
        record.timeMilliseconds = Int(Clock.wallMilliseconds())
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
        record.peer = peer.map { roster[$0].name } ?? ""
        record.channel = name(of: channel)
        record.priority = summary.priority
        return record
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
            case .peerGone: .stopped
            case .preempted: .preempted
            case .crash: .crash
            }
    }
}
