internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What the sound tells.
extension Room {
    func switched(_ peer: Int, _ index: UInt32) {
        table.switched(peer: peer, index: index, at: now)
        doWhatCoresAsk()
        switchboard.renewed(peer, at: now)
        doWhatCoresAsk()
        house.count(.sessions)
    }

    func talking(_ target: Int, first: UInt16) {
        talkingSince[target] = talkingSince[target] ?? now
        house.count(.talks)
        switchboard.want(listeners(of: target))
        doWhatCoresAsk()
        let start = TalkspurtStart(
            to: target, called: routing.target(target)?.name, listeners: listeners(of: target),
            first: first)
        switchboard.know(surroundings)
        _ = switchboard.talkspurtBegan(start, at: now)
        doWhatCoresAsk()
    }

    func said(_ target: Int, frames: Int) {
        switchboard.talkspurtEnded(target, frames: frames, at: now)
    }

    func silent(_ target: Int) { talkingSince[target] = nil }

    func talkTimedOut(_ target: Int, isCommand: Bool) {
        house.count(.timeouts)
        // A command that holds the same microphone open has a time of its own.
        guard isCommand else { return }
        switchboard.endTalks(to: target, .timedOut)
        doWhatCoresAsk()
    }

    func announcementEnded() { switchboard.announcementEnded() }

    func buttonPressed() { switchboard.buttonPressed() }

    func receiving(_ peer: Int, _ stream: UInt8, _ isOn: Bool) {
        let was = sounding[peer] ?? []
        if isOn {
            sounding[peer, default: []].insert(stream)
        } else {
            sounding[peer]?.remove(stream)
        }
        if isOn, was.isEmpty { switchboard.voiceBegan(peer) }
    }

    /// The card of the microphone has failed.
    func captureFailed() {
        switchboard.cardLost()
        // The listeners of a page take it for over.
        if switchboard.pager.name != nil {
            switchboard.endPage()
            doWhatCoresAsk()
        }
        switchboard.streamLost(.capture)
        judgeAnew()
    }

    func captureOpened() { judgeAnew() }

    func opened(
        _ payload: [UInt8], of peer: Int, on index: UInt32, from source: Endpoint, cameAt: Instant
    ) {
        guard table.owns(index, peer: peer) else { return }
        var records: [ControlRecord] = []
        var heard: Heard?
        _ = ControlReader.read(payload.span) {
            if case .heard(let found) = $0 { heard = heard ?? found }
            records.append($0)
        }
        var hasReport = false
        for record in records {
            switch record {
            case .confirm(let value):
                table.confirm(value, peer: peer, index: index, from: source, at: now)
            case .close:
                table.closed(peer: peer, index: index, at: now)
            case .report(let report):
                switchboard.receive(record, from: peer, at: now)
                let isOfIt = heard?.stream == report.stream
                if isOfIt { hasReport = true }
                if switchboard.ownTalks.isAwaited { switchboard.know(surroundings) }
                switchboard.reported(report, isOfIt ? heard : nil, by: peer, at: now)
            case .heard(let found):
                switchboard.receive(record, from: peer, at: now)
                guard !hasReport else { break }
                if switchboard.ownTalks.isAwaited { switchboard.know(surroundings) }
                switchboard.toldHeard(found, by: peer, at: now)
            default:
                switchboard.receive(record, from: peer, at: now, cameAt: cameAt)
            }
            doWhatCoresAsk()
        }
    }

    /// Why voices are not heard here.
    var whyUnheard: Unheard {
        if !sound.hasPlayback { return .outputLost }
        return isSpeakerMuted ? .speakerMuted : .heard
    }
}
