internal import Crypto
internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// The media loop of one station without its sound: talk keys, talkspurts, sessions.
///
/// Instead of a packet for each frame it sends one for each half second, which tells how many
/// frames it stands for. It gets commands from its room and gives events to it, both in order.
final class RoomSound {
    /// A talk target, and the talkspurt that goes to it.
    struct Spurt {
        let target: TalkTarget
        var listeners: PeerSet
        /// Pressed by command.
        var key: TalkKey
        var isOpen = false
        /// The number of the next frame, and of the first that was not sent yet.
        var sequence: UInt16
        /// Frames that were sent, and until when.
        var frames = 0
        var sentUntil = Instant(nanoseconds: 0)
    }

    /// A talk key in the room.
    struct Button {
        /// The `id` of its target; nil where it replies and nobody was heard before the press.
        var target: Int?
        let isReply: Bool
        var key: TalkKey
    }

    static let packetTime = Duration.milliseconds(500)
    static let frameTime = Duration.milliseconds(10)

    unowned let room: Room
    var spurts: [Int: Spurt] = [:]
    var buttons: [Button] = []
    var peers: [Int: SoundPeer] = [:]
    var hasCapture = true
    var hasPlayback = true
    /// The peer that was heard last.
    var lastHeard: Int?
    /// Until when an announcement has sound; nil when there is none.
    var announcedUntil: Instant?

    init(_ room: Room) {
        self.room = room
        for target in room.routing.targets + TalkTarget.aimed {
            spurts[target.id] = spurt(target)
        }
    }

    var now: Instant { room.now }

    func peer(_ number: Int) -> SoundPeer {
        if let peer = peers[number] { return peer }
        let peer = SoundPeer()
        peers[number] = peer
        return peer
    }

    private func spurt(_ target: TalkTarget) -> Spurt {
        let isVoice = target.stream != TalkTarget.call
        let limit: Duration =
            switch target.stream {
            case TalkTarget.call where target.isAimed: .seconds(100 * 86_400)
            case TalkTarget.page: .seconds(60)
            default: room.settings.talkMax
            }
        let key = TalkKey(
            TalkKey.Settings(
                mode: .momentary, debounce: .zero,
                tail: isVoice && target.isAimed ? room.settings.tail : .zero, talkMax: limit),
            isDown: false)
        return Spurt(
            target: target, listeners: target.listeners, key: key,
            sequence: UInt16(truncatingIfNeeded: room.house.dice.next()))
    }

    // MARK: Commands

    /// The virtual key of a target.
    func press(_ target: Int, isDown: Bool) {
        guard spurts[target] != nil else { return }
        act(on: spurts[target]!.key.handle(.level(isDown: isDown), at: now), target: target)
        watchKey(of: target)
    }

    private func watchKey(of target: Int) {
        guard let deadline = spurts[target]?.key.deadline else { return }
        room.at(deadline) { [unowned self] in
            guard let due = spurts[target]?.key.deadline, due <= now else { return }
            act(on: spurts[target]!.key.handle(.tick, at: now), target: target)
            watchKey(of: target)
        }
    }

    private func act(on action: TalkKey.Action?, target: Int) {
        guard let action else { return }
        if action == .timeOut {
            room.event { $0.talkTimedOut(target, isCommand: true) }
        }
        updateGate(target)
    }

    /// A finger on a talk key.
    func turn(_ place: Int, isDown: Bool) {
        if isDown, buttons[place].isReply, !buttons[place].key.isTalking {
            buttons[place].target = lastHeard.flatMap { room.target(ofPeer: $0)?.id }
        }
        follow(buttons[place].key.handle(.level(isDown: isDown), at: now), of: place)
        watchButton(place)
        if isDown { room.event { $0.buttonPressed() } }
    }

    private func watchButton(_ place: Int) {
        guard let deadline = buttons[place].key.deadline else { return }
        room.at(deadline) { [unowned self] in
            guard let due = buttons[place].key.deadline, due <= now else { return }
            follow(buttons[place].key.handle(.tick, at: now), of: place)
            watchButton(place)
        }
    }

    private func follow(_ action: TalkKey.Action?, of place: Int) {
        guard let action, let target = buttons[place].target else { return }
        if action == .timeOut { room.event { $0.talkTimedOut(target, isCommand: false) } }
        updateGate(target)
    }

    /// Others hear an aimed target; those that go are told that it is over.
    func aim(_ target: Int, at listeners: PeerSet) {
        guard var spurt = spurts[target], spurt.target.isAimed else { return }
        let gone = spurt.listeners.subtracting(listeners)
        spurt.listeners = listeners
        spurts[target] = spurt
        guard spurt.isOpen else { return }
        sendEnd(of: spurt, to: gone)
    }

    // MARK: Cards

    func lose(capture isLost: Bool) {
        hasCapture = !isLost
        for target in spurts.keys.sorted() {
            if isLost, target != Int(TalkTarget.announcement) {
                end(target)
            } else {
                updateGate(target)
            }
        }
    }

    // MARK: Other settings

    /// What is in both settings goes on; the room hears when it is done.
    func adopt(_ routing: RoomRouting) {
        let targets = routing.targets + TalkTarget.aimed
        for id in spurts.keys.sorted() where !targets.contains(where: { $0.id == id }) {
            end(id)
            spurts[id] = nil
        }
        for target in targets {
            guard let former = spurts[target.id], !target.isAimed else {
                spurts[target.id] = spurts[target.id] ?? spurt(target)
                continue
            }
            var new = spurt(target)
            (new.key, new.isOpen, new.sequence) = (former.key, former.isOpen, former.sequence)
            (new.frames, new.sentUntil) = (former.frames, former.sentUntil)
            spurts[target.id] = new
        }
        for target in spurts.keys.sorted() { updateGate(target) }
        room.event { $0.adopted() }
    }

    // MARK: Talkspurts

    private func updateGate(_ target: Int) {
        guard target != Int(TalkTarget.announcement), let spurt = spurts[target] else { return }
        let isWanted =
            spurt.key.isTalking || buttons.contains { $0.target == target && $0.key.isTalking }
        if isWanted { begin(target) } else { end(target) }
    }

    private func begin(_ target: Int) {
        guard hasCapture, let spurt = spurts[target], !spurt.isOpen else { return }
        spurts[target]!.isOpen = true
        spurts[target]!.frames = 0
        spurts[target]!.sentUntil = now
        room.event { $0.talking(target, first: spurt.sequence) }
        sendLater(target, spurt.sequence)
    }

    private func end(_ target: Int) {
        guard spurts[target]?.isOpen == true else { return }
        send(target, isLast: true)
        let spurt = spurts[target]!
        spurts[target]!.isOpen = false
        oweEnds(of: spurt)
        room.event { $0.said(target, frames: spurt.frames) }
        room.event { $0.silent(target) }
    }

    /// What is read from a file is sent for so long.
    func announce(for length: Duration) {
        let target = Int(TalkTarget.announcement)
        guard announcedUntil == nil else {
            room.event { $0.said(target, frames: 0) }
            return room.event { $0.announcementEnded() }
        }
        announcedUntil = now + length
        spurts[target]!.isOpen = true
        spurts[target]!.frames = 0
        spurts[target]!.sentUntil = now
        sendLater(target, spurts[target]!.sequence)
    }

    /// The reader has given its last: the rest is sent.
    func completeAnnouncement() {
        guard let until = announcedUntil else { return }
        room.at(until) { [unowned self] in
            if announcedUntil == until { endAnnouncement() }
        }
    }

    func endAnnouncement() {
        let target = Int(TalkTarget.announcement)
        guard announcedUntil != nil, spurts[target]!.isOpen else { return }
        announcedUntil = nil
        send(target, isLast: true)
        spurts[target]!.isOpen = false
        let spurt = spurts[target]!
        oweEnds(of: spurt)
        room.event { $0.said(target, frames: spurt.frames) }
        room.event { $0.announcementEnded() }
    }

    private func sendLater(_ target: Int, _ first: UInt16) {
        room.at(now + Self.packetTime) { [unowned self] in
            guard let spurt = spurts[target], spurt.isOpen,
                spurt.sequence &- UInt16(truncatingIfNeeded: spurt.frames) == first
            else { return }
            send(target, isLast: false)
            sendLater(target, first)
        }
    }

    /// Sends what was said since the last packet.
    private func send(_ target: Int, isLast: Bool) {
        guard var spurt = spurts[target], spurt.isOpen else { return }
        let frames = Int((now - spurt.sentUntil).nanoseconds / Self.frameTime.nanoseconds)
        let isStart = spurt.frames == 0
        spurt.sentUntil = spurt.sentUntil + Self.frameTime * frames
        spurt.frames += frames
        spurt.sequence &+= UInt16(truncatingIfNeeded: frames)
        spurts[target] = spurt
        guard frames > 0 else { return }
        var payload = [UInt8](repeating: 0, count: PacketLayout.plaintextMin)
        let highest = spurt.sequence &- 1
        (payload[0], payload[1]) = (UInt8(highest >> 8), UInt8(highest & 255))
        (payload[2], payload[3]) = (UInt8(frames >> 8), UInt8(frames & 255))
        let number = room.house.requests.newSound(at: now)
        for place in 0..<8 { payload[4 + place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
        let flags = PacketFlags(
            kind: .audio, isSpurtStart: isStart, stream: spurt.target.stream)
        for listener in spurt.listeners { send(payload, flags, to: listener) }
    }

    private func oweEnds(of spurt: Spurt) {
        for wait in [0, 20, 40] {
            room.at(now + .milliseconds(wait)) { [unowned self] in
                sendEnd(of: spurt, to: spurts[spurt.target.id]?.listeners ?? spurt.listeners)
            }
        }
    }

    private func sendEnd(of spurt: Spurt, to listeners: PeerSet) {
        let end = SpurtEnd(stream: spurt.target.stream, last: spurt.sequence &- 1)
        for listener in listeners { send(ControlPayload(.spurtEnd(end)), to: listener) }
    }

    // MARK: Packets

    func send(_ payload: ControlPayload, to peer: Int, on index: UInt32? = nil) {
        let plaintext = payload.bytes.indices.map { payload.bytes[$0] }
        send(plaintext, PacketFlags(kind: .control), to: peer, on: index)
    }

    func send(
        _ plaintext: [UInt8], _ flags: PacketFlags, to number: Int, on index: UInt32? = nil,
        at endpoint: Endpoint? = nil
    ) {
        let peer = peer(number)
        guard let datagram = peer.seal(plaintext, flags, on: index, at: now),
            let target = endpoint ?? peer.endpoint
        else { return }
        peer.lastSent = now
        room.house.network.send(datagram, from: room.number, to: target)
    }
}
