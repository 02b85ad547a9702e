internal import Config
internal import Report
internal import Station
internal import Time
internal import Wire

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
