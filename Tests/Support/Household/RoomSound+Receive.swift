internal import Crypto
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// What comes in from peers.
extension RoomSound {
    /// How long a voice sounds after its last packet, if its end was lost.
    private static let silence = Duration.seconds(1)

    func open(_ datagram: [UInt8], from source: Endpoint) {
        guard let index = KeySlots.index(of: datagram.span),
            let (number, peer) = peers.first(where: { $0.value.slots.owns(index: index) })
        else { return }
        var plaintext = [UInt8](repeating: 0, count: PacketLayout.plaintextMax)
        var span = plaintext.mutableSpan
        let opened: Opener.Opened
        let age: Duration
        switch peer.slots.open(datagram.span, at: now, into: &span) {
        case .opened(let packet, _, let most): (opened, age) = (packet, most)
        case .switched(let packet, let most, let index, _):
            (opened, age) = (packet, most)
            peer.follow(index)
            room.event { $0.switched(number, index) }
        case .refused:
            peer.lastRefused = now
            return
        case .foreign: return
        }
        let flags = PacketFlags(rawValue: opened.flags)
        let isFresh = age <= SessionClock.freshFor
        if !isFresh { room.house.count(flags.kind == .audio ? .staleSound : .stale) }
        guard isFresh || flags.kind == .control else { return }
        if isFresh { peer.lastOpened = now }
        switch flags.kind {
        case .audio:
            let highest = UInt16(plaintext[0]) << 8 | UInt16(plaintext[1])
            let frames = Int(plaintext[2]) << 8 | Int(plaintext[3])
            let sound = (0..<8).reduce(UInt64(0)) { $0 | UInt64(plaintext[4 + $1]) << (8 * $1) }
            room.judge(sound: sound)
            heard(flags, highest, frames, of: number)
        case .control:
            let packet = Room.OpenedPacket(
                payload: Array(plaintext[0..<opened.count]), index: index, source: source,
                cameAt: now, madeAt: now - age, time: opened.time)
            room.event { $0.opened(packet, of: number) }
            if isFresh { readEnds(packet.payload, of: number) }
        case .cover, .forward: break
        }
    }

    /// A packet of that session, with this time, answered what was asked then.
    func answered(_ number: Int, _ index: UInt32, askedAt: Instant, time: UInt16) {
        peer(number).slots.answered(onIndex: index, askedAt: askedAt, time: time)
    }

    private func heard(_ flags: PacketFlags, _ highest: UInt16, _ frames: Int, of number: Int) {
        let peer = peer(number)
        let stream = flags.stream
        var reception = peer.receptions[stream] ?? SoundPeer.Reception(lastAt: now)
        defer { peer.receptions[stream] = reception }
        switch peer.hearings[Int(stream)] {
        // It is kept a moment, until it is known what the stream means.
        case .unbound: return
        case .ignored(let why):
            if let told = reception.unheardAt, now - told < .seconds(1) { return }
            reception.unheardAt = now
            return send(
                ControlPayload(.heard(Heard(stream: stream, share: 0, why: why))), to: number)
        case .direct, .channel, .page, .call: break
        }
        reception.highest = highest
        reception.received += frames
        reception.lastAt = now
        reception.played += 10 * frames
        if !reception.isSounding {
            reception.isSounding = true
            lastHeard = number
            room.event { $0.receiving(number, stream, true) }
        }
        guard !reception.isReporting else { return }
        reception.isReporting = true
        reportLater(stream, of: number)
    }

    /// Once a second, and once more after the end, a talker is told how it arrives.
    private func reportLater(_ stream: UInt8, of number: Int) {
        room.at(now + .seconds(1)) { [unowned self] in
            guard let peer = peers[number], var reception = peer.receptions[stream],
                reception.isReporting
            else { return }
            let isOver = now - reception.lastAt >= Self.silence
            report(&reception, stream, to: number)
            reception.isReporting = !isOver
            peer.receptions[stream] = reception
            if isOver { stopSounding(stream, of: number) } else { reportLater(stream, of: number) }
        }
    }

    private func report(
        _ reception: inout SoundPeer.Reception, _ stream: UInt8, to number: Int
    ) {
        let why = room.whyUnheard
        let heard = Heard(
            stream: stream, share: why == .heard ? 255 : 0, why: why,
            played: Heard.Played(
                ms: UInt16(clamping: 10 * reception.received),
                total: UInt16(truncatingIfNeeded: reception.played)))
        var payload = ControlPayload(
            .report(
                Report(
                    stream: stream, highest: reception.highest,
                    loss: UInt8(room.house.dice.below(20)), burst: 8, jitter: 20, delay: 30,
                    concealed: 0, received: UInt16(clamping: reception.received))))
        _ = payload.append(.heard(heard))
        reception.received = 0
        send(payload, to: number)
    }

    private func readEnds(_ payload: [UInt8], of number: Int) {
        var ended: [UInt8] = []
        _ = ControlReader.read(payload.span) {
            if case .spurtEnd(let end) = $0 { ended.append(end.stream) }
        }
        for stream in ended { stopSounding(stream, of: number) }
    }

    private func stopSounding(_ stream: UInt8, of number: Int) {
        guard peers[number]?.receptions[stream]?.isSounding == true else { return }
        peers[number]!.receptions[stream]!.isSounding = false
        room.event { $0.receiving(number, stream, false) }
    }

    /// The sound of a peer's stream goes there from now on.
    func hear(_ number: Int, _ stream: UInt8, _ hearing: Hearing, _ priority: Priority) {
        let peer = peer(number)
        peer.hearings[Int(stream)] = hearing
        peer.priorities[Int(stream)] = priority
        if !hearing.isHeard { stopSounding(stream, of: number) }
    }
}
