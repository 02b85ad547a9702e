internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// A day of a house, made from a seed: people talk, call, page and announce at random, while the
/// network, the cards, the settings and the stations come and go.
///
/// After some minutes of that the network is healed and the people are quiet; then everything must
/// come to rest. Each station is the product's `PeerTable` and `Switchboard`; `RoomRules` and
/// `House+Rest` are what must hold.
package struct HouseDay {
    private let house: House
    private let dice: Dice
    private let actions: Int

    package init(seed: UInt64) {
        let choice = Dice(seed: seed &* 0x9E37_79B9)
        house = House(rooms: choice.pick([2, 3, 3, 3, 4]), seed: seed)
        dice = house.dice
        actions = choice.number(in: 15...45)
    }

    package var totals: HouseTotals { house.totals }

    /// Lives through the day.
    ///
    /// - Returns: The rule that was broken, and when; nil where all was well.
    package func live() -> String? {
        for room in house.rooms {
            house.timeline.after(dice.milliseconds(0...3_000)) { room.start() }
        }
        house.pass(.seconds(5))
        for _ in 0..<actions where !house.hasFailed {
            happen()
            house.pass(pause)
        }
        return house.failure ?? house.comeToRest()
    }

    /// Mostly a moment, at times minutes.
    private var pause: Duration {
        switch dice.below(100) {
        case 0..<15: .zero
        case 15..<60: dice.milliseconds(1...2_000)
        case 60..<90: dice.milliseconds(2_000...10_000)
        case 90..<98: dice.milliseconds(10_000...40_000)
        default: dice.milliseconds(40_000...150_000)
        }
    }

    private func happen() {
        let room = dice.pick(house.rooms)
        switch dice.below(100) {
        case 0..<20: talk(in: room)
        case 20..<36: call(from: room)
        case 36..<41: room.answer()
        case 41..<43: room.reject()
        case 43..<49: room.hangUpCall()
        case 49..<62: page(in: room)
        case 62..<70: announce(in: room)
        case 70..<76: room.request(dice.pick([.callLight, .relay]), of: other(room).number)
        case 76..<79: room.rest(dice.percent(40))
        case 79..<81: room.muteMicrophone(dice.percent(40))
        case 81..<84: loseCard(of: room)
        case 84..<90: reload(room)
        case 90..<93: restart(room)
        default: disturb(room)
        }
    }

    /// A time of the first range in so many cases of a hundred, else of the other.
    private func time(
        _ share: Int, _ usual: ClosedRange<Int>, or other: ClosedRange<Int>
    ) -> Duration {
        dice.milliseconds(dice.percent(share) ? usual : other)
    }

    // MARK: What people do

    private func other(_ room: Room) -> Room { dice.pick(house.rooms.filter { $0 !== room }) }

    private func name(in room: Room) -> String {
        dice.percent(60)
            ? dice.pick(room.settings.channels).name : RoomRouting.name(ofRoom: other(room).number)
    }

    private var priority: Priority { dice.pick([.normal, .normal, .high, .emergency]) }

    /// By a button, by a command, or by a program that waits.
    private func talk(in room: Room) {
        let time = time(85, 50...6_000, or: 6_000...40_000)
        let name = name(in: room)
        switch dice.below(3) {
        case 0:
            guard room.isRunning else { return }
            let place = dice.below(room.sound.buttons.count)
            room.sound.turn(place, isDown: true)
            room.later(time) { room.sound.turn(place, isDown: false) }
        case 1:
            let target = dice.percent(25) ? nil : name
            room.ptt(target, isDown: true)
            if dice.percent(85) { room.later(time) { room.ptt(target, isDown: false) } }
        default:
            guard let ticket = room.talk(name) else { return }
            room.later(time) { room.hangUp(ticket) }
        }
    }

    private func call(from room: Room) {
        let mode: Offer.Mode = dice.pick([.call, .call, .call, .announce, .dropIn, .listenIn])
        let name = mode == .call ? name(in: room) : RoomRouting.name(ofRoom: other(room).number)
        let rings = dice.milliseconds(2_000...30_000)
        let (priority, callee) = (priority, other(room))
        room.call(name, mode, priority, ringTime: rings)
        // At times both call each other, or one restarts in the middle of the call.
        if mode == .call, dice.percent(10) {
            let back = RoomRouting.name(ofRoom: room.number)
            callee.call(back, .call, .normal, ringTime: rings)
        } else if dice.percent(8) {
            let time = dice.milliseconds(60...1_500)
            room.later(dice.milliseconds(500...5_000)) { restart(callee, after: time) }
        }
        for _ in 0..<3 where mode == .call {
            let (harmful, member) = (other(room), other(room))
            guard harmful !== member else { continue }
            harmful.later(dice.milliseconds(500...20_000)) { harmful.intrude(into: member) }
        }
        let time = dice.milliseconds(1_000...40_000)
        if dice.percent(70) { room.later(time) { room.hangUpCall() } }
    }

    /// A page by button ends at its next press, one by a program when that hangs up; or never.
    private func page(in room: Room) {
        let isKept = dice.percent(75)
        let (name, priority) = (name(in: room), priority)
        let time = time(80, 20...8_000, or: 8_000...90_000)
        let ticket = room.page(name, priority, waits: isKept)
        switch dice.below(4) {
        case 0: break
        case 1:
            // The program waits for what was heard, perhaps not long enough.
            room.later(time) { room.endPage() }
            let patience = dice.milliseconds(0...3_000)
            guard let ticket, dice.percent(30) else { return }
            room.later(time + patience) { room.hangUp(ticket) }
        default:
            room.later(time) {
                if let ticket { room.hangUp(ticket) } else { room.endPage() }
            }
        }
    }

    private func announce(in room: Room) {
        let length = time(80, 100...8_000, or: 8_000...61_000)
        let stops = dice.percent(15)
        let ticket = room.announce(name(in: room), priority, for: length, stops: stops)
        guard let ticket, dice.percent(30) else { return }
        let time = dice.milliseconds(0...10_000)
        room.later(time) { room.hangUp(ticket) }
    }

    // MARK: What comes and goes

    private func loseCard(of room: Room) {
        room.takeMicrophone(true)
        let time = dice.milliseconds(100...20_000)
        room.later(time) { room.takeMicrophone(false) }
        guard room.isRunning, dice.percent(40) else { return }
        room.sound.hasPlayback = false
        room.later(time) { room.sound.hasPlayback = true }
    }

    private func reload(_ room: Room) {
        let other = other(room).number
        switch dice.below(6) {
        case 0...1 where !room.hasFreeNumbers || !house.rooms[other].hasFreeNumbers: break
        case 0:
            room.reload { $0.peers.remove(other) }
            let time = dice.milliseconds(200...20_000)
            room.later(time) { room.reload { $0.peers.insert(other) } }
        case 1:
            house.changePSK(room.number, other)
            room.reload { _ in }
            let time = dice.milliseconds(0...4_000)
            let there = house.rooms[other]
            there.later(time) { there.reload { _ in } }
        case 2:
            let policy = house.policy()
            room.reload { $0.policies[other] = policy }
        case 3: room.reload { $0.channels[0].isListenedTo.toggle() }
        case 4:
            room.reload { settings in
                let last = settings.channels.count - 1
                if settings.channels[last].members.remove(other) == nil {
                    settings.channels[last].members.insert(other)
                }
            }
        default:
            guard room.settings.channels.count > 1 else { return }
            let garden = room.settings.channels[1]
            room.reload { $0.channels.removeLast() }
            let time = dice.milliseconds(200...20_000)
            room.later(time) {
                room.reload { if $0.channels.count == 1 { $0.channels.append(garden) } }
            }
        }
    }

    private func restart(_ room: Room) {
        restart(room, after: time(75, 60...4_000, or: 4_000...70_000))
    }

    private func restart(_ room: Room, after time: Duration) {
        guard room.isRunning else { return }
        house.count(.restarts)
        if dice.percent(50) { room.kill() } else { room.stop() }
        house.later(time) { if !room.isRunning { room.start() } }
    }

    private func disturb(_ room: Room) {
        let other = other(room)
        let network = house.network
        guard dice.percent(60) else {
            network.weather.lost = dice.pick([0, 5, 50, 200])
            network.weather.repeated = dice.pick([0, 10, 100])
            network.weather.delayMs = dice.pick([1...2, 1...60, 20...400])
            return
        }
        house.count(.cuts)
        let ways = dice.pick([[true, true], [true, false]])
        let rooms = dice.percent(30) ? house.rooms.filter { $0 !== room } : [other]
        for other in rooms {
            if ways[0] { network.cut(from: room.number, to: other.number) }
            if ways[1] { network.cut(from: other.number, to: room.number) }
        }
        let time = time(75, 300...12_000, or: 12_000...90_000)
        house.later(time) {
            for other in rooms {
                network.join(from: room.number, to: other.number)
                network.join(from: other.number, to: room.number)
            }
        }
    }
}
