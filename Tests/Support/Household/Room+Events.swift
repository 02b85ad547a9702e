internal import Peering
internal import Station
internal import Time
internal import Wire

/// What the sound tells.
extension Room {
    func switched(_ peer: Int, _ index: UInt32) {
        feed { _, table, now in table.switched(peer: peer, index: index, at: now) }
        feed { board, _, now in board.renewed(peer: peer, at: now) }
        house.count(.sessions)
    }

    func talking(_ target: Int, first: UInt16) {
        let name = routing.target(target)?.name
        tellSwitchboard(.talking(target: target, name: name, first: first, isDoubted: false))
    }

    func said(_ target: Int, frames: Int) {
        tellSwitchboard(.said(target: target, frames: frames))
    }

    func silent(_ target: Int) {
        tellSwitchboard(.silent(target: target, name: routing.target(target)?.name))
    }

    func receiving(_ peer: Int, _ stream: UInt8, _ isOn: Bool) {
        tellSwitchboard(.receiving(peer: peer, stream: stream, isOn: isOn))
    }

    private func tellSwitchboard(_ news: SoundNews) {
        feed { board, _, now in board.handle(news, at: now) }
    }

    func talkTimedOut(_ target: Int, isCommand: Bool) {
        house.count(.timeouts)
        // A command that holds the same microphone open has a time of its own.
        guard isCommand else { return }
        feed { board, _, _ in board.endTalks(to: target, .timedOut) }
    }

    func announcementEnded() { feed { board, _, _ in board.announcementEnded() } }

    func buttonPressed() { feed { board, _, _ in board.buttonPressed() } }

    /// The card of the microphone has failed.
    func captureFailed() {
        feed { board, _, now in board.handle(.cardLost, at: now) }
        // The listeners of a page take it for over.
        if switchboard.pager.name != nil { feed { board, _, _ in board.endPage() } }
        feed { board, _, now in board.handle(.streamLost(.capture), at: now) }
    }

    /// A packet of control records, as the sound hands it on.
    struct OpenedPacket {
        let payload: [UInt8]
        let index: UInt32
        let source: Endpoint
        let cameAt: Instant
        let madeAt: Instant
        let time: UInt16
    }

    /// Control records, one by one, so that what each asks for is done before the next one acts.
    func opened(_ packet: OpenedPacket, of peer: Int) {
        let index = packet.index
        guard table.owns(index, peer: peer) else { return }
        let isOfThisRun = table.isInUse(index, by: peer)
        let records = PacketRecords(packet.payload.span)
        feed { board, _, _ in board.begin(packetOf: peer) }
        for record in records.all {
            if case .pong(let token) = record,
                let askedAt = switchboard.whenAsked(token, of: peer)
            {
                sound.answered(peer, index, askedAt: askedAt, time: packet.time)
            }
            feed { board, table, now in
                switch record {
                case .confirm(let value, let boot):
                    table.confirm(value, boot: boot, peer: peer, index: index, at: now)
                case .close: table.closed(peer: peer, index: index, at: now)
                default:
                    guard isOfThisRun else { return }
                    board.receive(
                        record, beside: records.heard(beside: record), from: peer, at: now,
                        cameAt: packet.cameAt, age: now - packet.madeAt)
                }
            }
        }
        feed { board, _, now in board.end(packetOf: peer, excess: records.excess, at: now) }
    }

    /// Why voices are not heard here.
    var whyUnheard: Unheard {
        if !sound.hasPlayback { return .outputLost }
        return isSpeakerMuted ? .speakerMuted : .heard
    }
}
