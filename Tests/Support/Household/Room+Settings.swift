internal import Crypto
internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// Start, end, and other settings while everything goes on.
extension Room {
    func start() {
        begin()
        lag = house.dice.percent(50) ? .zero : house.dice.milliseconds(1...4)
        let dice = house.dice
        table = PeerTable(
            identity: Key(of: secret), bootID: dice.next(), limits: house.limits,
            random: dice.source)
        (numbers, nextNumber) = ([:], 0)
        for room in settings.peers.sorted() { numbers[room] = add(room) }
        routing = RoomRouting(settings, numbers)
        change = nil
        let mids = (0..<Self.capacity).map { _ in UInt32(truncatingIfNeeded: dice.next()) }
        switchboard = Self.switchboard(
            routing, numbers.values.sorted(), firstMids: mids, at: now)
        (callers, reading) = (Callers(), nil)
        rules = RoomRules()
        beginSound()
        addButtons()
        consent()
        for number in numbers.values.sorted() { resolve(number) }
        everySecond()
        turn()
    }

    private func add(_ room: Int) -> Int {
        let psk = house.psk(number, room)
        nextNumber += 1
        let key = house.rooms[room].publicKey
        return feed { _, table, now in
            table.add(publicKey: key, psk: Key(of: psk), suite: .aesGCM, at: now)
        }
    }

    /// The first talks to a channel, one to a peer, the last one replies.
    private func addButtons() {
        let key = TalkKey.Settings(
            mode: .momentary, debounce: .zero, tail: settings.tail, talkMax: settings.talkMax)
        var targets = [settings.channels.first?.name]
        targets.append(settings.peers.min().map { RoomRouting.name(ofRoom: $0) })
        for name in targets {
            guard let target = name.flatMap({ routing.target(named: $0) }) else { continue }
            sound.buttons.append(
                .init(target: target.id, isReply: false, key: TalkKey(key, isDown: false)))
        }
        sound.buttons.append(.init(target: nil, isReply: true, key: TalkKey(key, isDown: false)))
    }

    /// Ends it at once, as a crash does.
    func kill() { end() }

    /// Ends it as it should: calls end, and peers are told.
    func stop() {
        guard isRunning, !isStopping else { return }
        isStopping = true
        feed { board, _, now in board.stop(at: now) }
        feed { _, table, now in table.close(reason: .stopping, at: now) }
        rules.stops(at: self)
        closeLater()
    }

    private func closeLater() {
        guard !table.isClosed, let deadline = table.deadline else {
            // What is on its way through the ring still goes out.
            return at(now + lag + .milliseconds(1)) { [unowned self] in end() }
        }
        at(deadline) { [unowned self] in
            feed { _, table, now in table.tick(at: now) }
            closeLater()
        }
    }

    /// Takes over what `change` makes of the settings.
    func reload(_ change: (inout RoomSettings) -> Void) {
        guard isRunning, self.change == nil, !table.isTakingLeave, !isStopping else { return }
        house.count(.reloads)
        change(&settings)
        let former = numbers
        changePeers()
        let routing = RoomRouting(settings, numbers)
        self.change = routing
        tell { $0.adopt(routing) }
        consent()
        let peers = numbers.values.sorted()
        feed { board, _, now in
            board.configure(
                peers: peers, targets: routing.targets, channels: routing.channels, at: now)
        }
        for (room, number) in numbers.sorted(by: { $0.key < $1.key }) where former[room] != number {
            feed { board, _, now in board.moved(number) }
            resolve(number)
        }
        turn()
    }

    /// Peers that are new, gone, or to be spoken to with another psk.
    private func changePeers() {
        for (room, number) in numbers.sorted(by: { $0.key < $1.key }) {
            let psk = house.psk(self.number, room)
            let isSame = table.hasPSK(Key(of: psk), peer: number)
            guard !settings.peers.contains(room) || !isSame else { continue }
            let firstMid = UInt32(truncatingIfNeeded: house.dice.next())
            numbers[room] = nil
            feed { board, table, now in
                table.remove(peer: number, at: now)
                board.remove(peer: number, firstMid: firstMid, at: now)
            }
        }
        for room in settings.peers.sorted() where numbers[room] == nil {
            let number = add(room)
            numbers[room] = number
            sound.peers[number] = nil
            let firstMid = UInt32(truncatingIfNeeded: house.dice.next())
            feed { board, _, now in
                board.replace(peer: number, firstMid: firstMid, at: now)
            }
        }
    }

    /// From here on the sound has the new settings.
    func adopted() {
        guard let change else { return }
        routing = change
        self.change = nil
        feed { [names = routing.names] board, _, _ in board.adopted(targetsCalled: names) }
        consent()
    }
}

extension Key {
    init(of bytes: [UInt8]) { self.init(copying: bytes.span) }
}
