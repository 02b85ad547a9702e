internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// Ten minutes of a house in whose network somebody holds packets back, made from a seed.
///
/// People ask other stations for what opens something: a relay, a microphone, a speaker. Just then
/// the adversary takes the network in hand, stations restart, sessions are renewed; and what was
/// kept is let go moments or minutes later. `Requests` judges what stations act on and when;
/// `RoomRules` goes on to hold, and when the adversary has left all must come to rest.
package struct AdversaryDay {
    private static let length = Duration.seconds(600)

    private let house: House
    private let dice: Dice
    private let adversary: Adversary
    /// Of a hundred requests, how many come with a restart.
    private let restarts: Int
    /// Whether the network is mostly left alone, so that sessions grow as old as they may.
    private let isCalm: Bool

    /// With `looksOnlyForRepeats` the day goes on where something happens late.
    package init(seed: UInt64, looksOnlyForRepeats: Bool = false) {
        let choice = Dice(seed: seed &* 0x9E37_79B9)
        house = House(rooms: choice.pick([2, 2, 2, 3]), seed: seed, rekeysOften: true)
        dice = house.dice
        isCalm = choice.percent(30)
        restarts = isCalm ? 0 : choice.pick([0, 5, 40, 60])
        adversary = Adversary(house)
        house.network.adversary = adversary
        house.requests.looksOnlyForRepeats = looksOnlyForRepeats
    }

    package var totals: HouseTotals { house.totals }

    /// Lives through the day.
    ///
    /// - Returns: The rule that was broken, and when; nil where all was well.
    package func live() -> String? {
        for room in house.rooms { allowMost(to: room) }
        for room in house.rooms {
            house.timeline.after(dice.milliseconds(0...3_000)) { room.start() }
        }
        house.pass(.seconds(5))
        let end = house.timeline.now + Self.length
        while house.timeline.now < end, !house.hasFailed {
            if isCalm { keepRepeats() } else { attack() }
        }
        return house.failure ?? house.comeToRest()
    }

    /// Most requests are granted: the others show nothing.
    private func allowMost(to room: Room) {
        for other in house.rooms where other !== room {
            guard dice.percent(80) else { continue }
            room.settings.policies[other.number] = Policy(
                call: dice.pick([.ring, .auto, .auto]), announce: true, dropIn: true, monitor: true,
                emergency: true, relays: [1, 2, 3], signal: true)
        }
        room.settings.canBeep = true
    }

    /// The pair whose packets are held back, and who asks whom.
    private struct Pair {
        let asker: Room
        let asked: Room
    }

    private var anyPair: Pair {
        let asker = dice.pick(house.rooms)
        return Pair(asker: asker, asked: dice.pick(house.rooms.filter { $0 !== asker }))
    }

    /// Nothing but a relay is asked for, and its repeats come much later.
    private func keepRepeats() {
        let pair = anyPair
        askOfDeafAsker(pair) { pair.asker.request(.relay, of: pair.asked.number) }
        letPass(pair)
        house.later(dice.milliseconds(1_000...178_000)) {
            adversary.release(from: pair.asker.number, to: pair.asked.number, .asSent)
        }
        house.pass(dice.milliseconds(1_000...40_000))
    }

    private func attack() {
        let pair = anyPair
        if dice.percent(30) {
            askOfDeafAsker(pair) { ask(pair) }
        } else {
            takeInHand(pair)
            house.pass(dice.pick([.zero, .zero, dice.milliseconds(0...3_000)]))
            ask(pair)
            house.pass(dice.milliseconds(0...1_500))
        }
        if dice.percent(restarts) {
            restart(dice.percent(70) ? pair.asker : pair.asked)
            house.pass(dice.milliseconds(0...1_500))
        }
        letGo(pair)
        house.pass(dice.percent(70) ? dice.milliseconds(0...4_000) : dice.milliseconds(0...30_000))
        if dice.percent(60) { letPass(pair) }
    }

    /// What is asked for arrives, no answer comes back, and the repeats are kept.
    private func askOfDeafAsker(_ pair: Pair, _ ask: () -> Void) {
        letPass(pair)
        adversary.turn(to: .drops, from: pair.asked.number, to: pair.asker.number)
        ask()
        house.pass(dice.milliseconds(5...90))
        adversary.turn(to: .holds, from: pair.asker.number, to: pair.asked.number)
        house.pass(dice.milliseconds(20...1_500))
        if dice.percent(70) { letPass(pair) }
    }

    private func takeInHand(_ pair: Pair) {
        let there: Adversary.Conduct = dice.pick(
            [.holds, .holds, .copies, .copies, .whims, .drops, .passes])
        let back: Adversary.Conduct = dice.pick([.passes, .drops, .holds, .copies, .whims])
        adversary.turn(to: there, from: pair.asker.number, to: pair.asked.number)
        adversary.turn(to: back, from: pair.asked.number, to: pair.asker.number)
    }

    private func letPass(_ pair: Pair) {
        adversary.turn(to: .passes, from: pair.asker.number, to: pair.asked.number)
        adversary.turn(to: .passes, from: pair.asked.number, to: pair.asker.number)
    }

    /// Lets go what is kept, once or more, at once or when everybody has forgotten it.
    private func letGo(_ pair: Pair) {
        for _ in 0..<dice.number(in: 1...3) {
            let wait = dice.pick([
                .zero, dice.milliseconds(0...3_000), dice.milliseconds(0...3_000),
                dice.milliseconds(3_000...20_000), dice.milliseconds(20_000...178_000),
                dice.milliseconds(100_000...178_000),
            ])
            let order = dice.pick(Adversary.Order.allCases)
            let isThere = dice.percent(75)
            let (from, to) = isThere ? (pair.asker, pair.asked) : (pair.asked, pair.asker)
            house.later(wait) { adversary.release(from: from.number, to: to.number, order) }
        }
    }

    private func restart(_ room: Room) {
        guard room.isRunning else { return }
        house.count(.restarts)
        if dice.percent(70) { room.kill() } else { room.stop() }
        house.later(dice.milliseconds(20...1_500)) { if !room.isRunning { room.start() } }
    }

    // MARK: What people do

    private func ask(_ pair: Pair) {
        switch dice.below(100) {
        case 0..<40:
            pair.asker.request(
                dice.percent(85) ? .relay : .callLight, of: pair.asked.number)
        case 40..<75: call(pair)
        case 75..<85: page(pair)
        case 85..<92: announce(pair)
        default: talk(pair)
        }
    }

    private var priority: Priority { dice.pick([.normal, .normal, .high, .emergency]) }

    private func name(of room: Room) -> String { RoomRouting.name(ofRoom: room.number) }

    private func call(_ pair: Pair) {
        // One at a time, so what went before is over.
        pair.asker.hangUpCall()
        pair.asked.hangUpCall()
        let mode: Offer.Mode = dice.pick([.call, .call, .announce, .dropIn, .listenIn])
        let name = dice.percent(85) ? name(of: pair.asked) : pair.asker.settings.channels[0].name
        pair.asker.call(
            mode == .call ? name : self.name(of: pair.asked), mode, priority,
            ringTime: dice.milliseconds(1_000...30_000))
        if mode == .call, dice.percent(25) {
            house.later(dice.milliseconds(0...8_000)) {
                pair.asked.call(
                    self.name(of: pair.asker), .call, .normal, ringTime: .seconds(30))
            }
        }
        pair.asker.later(dice.milliseconds(1_000...20_000)) { pair.asker.hangUpCall() }
    }

    private func page(_ pair: Pair) {
        let ticket = pair.asker.page(name(of: pair.asked), priority, waits: true)
        pair.asker.later(dice.milliseconds(20...6_000)) {
            if let ticket { pair.asker.hangUp(ticket) }
        }
    }

    private func announce(_ pair: Pair) {
        _ = pair.asker.announce(
            name(of: pair.asked), priority, for: dice.milliseconds(100...6_000), stops: false)
    }

    private func talk(_ pair: Pair) {
        let name = name(of: pair.asked)
        pair.asker.ptt(name, isDown: true)
        pair.asker.later(dice.milliseconds(50...6_000)) { pair.asker.ptt(name, isDown: false) }
    }
}
