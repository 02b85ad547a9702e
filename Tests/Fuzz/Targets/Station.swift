internal import Station
internal import Time
internal import Wire

extension FuzzTarget {
    /// A station behind the AEAD: the records of three paired peers that mean harm.
    ///
    /// Whatever they say, none gets what its policy denies, and what the station wants done and
    /// sent for one packet is bounded.
    static let station = FuzzTarget(name: "station") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        var town = Town()
        for _ in 0..<40 where !input.isAtEnd {
            let peer = input.below(3)
            switch input.below(16) {
            case 0: town.station.tick(at: town.pass(.milliseconds(Int(input.word()))))
            case 1: town.station.down(peer: peer, at: town.now)
            case 2: town.station.up(peer: peer, isNewBoot: input.below(2) == 0, at: town.now)
            case 3: town.person(input.below(6), peer)
            default:
                let plaintext = input.piece(8 + input.below(64))
                let age = Duration.milliseconds(20 * input.below(256))
                let isRead = ControlReader.read(plaintext.span) { record in
                    town.station.receive(record, from: peer, at: town.now, age: age)
                }
                if isRead { _ = town.pass(.milliseconds(10)) }
            }
            town.drain()
        }
        planted(isPlanted, at: town.hasRung)
    }
}

/// A station with three peers: one may nothing, one what is usual, one everything.
private struct Town {
    static let most = 600

    var station: Station
    var now = Instant(nanoseconds: 1_000_000_000)
    var hasRung = false
    private let policies: [Policy]

    init() {
        let house = Channel(number: 1, reference: 77, members: [0, 1, 2], isListenedTo: true)
        let targets = [
            TalkTarget(stream: 0, reference: 0, listeners: [1]),
            TalkTarget(stream: 1, reference: 77, listeners: [0, 1, 2]),
        ]
        station = Station(targets: targets, channels: [house], firstMids: [1, 2, 3])
        policies = [
            Policy(call: .never, announce: false, signal: false), Policy(),
            Policy(
                call: .auto, announce: true, dropIn: true, monitor: true, emergency: true,
                relays: [5]),
        ]
        station.consent(to: policies, .open, at: now)
        for peer in 0..<3 {
            station.memberNames[peer] = MemberName(high: 0, low: UInt64(peer))
        }
        for peer in 0..<3 { station.up(peer: peer, isNewBoot: true, at: now) }
        drain()
    }

    mutating func pass(_ time: Duration) -> Instant {
        now = now + time
        return now
    }

    mutating func person(_ act: Int, _ peer: Int) {
        switch act {
        case 0: _ = station.answer(at: now)
        case 1: _ = station.reject(at: now)
        case 2: _ = station.hangUp(at: now)
        case 3:
            _ = station.call([peer], id: CallID(high: 7, low: UInt64(now.nanoseconds)), at: now)
        case 4: station.measure(peer, at: now)
        default: _ = station.ask(peer, .relay, reference: 5, time: .zero, called: "it", at: now)
        }
    }

    mutating func drain() {
        var count = 0
        while let action = station.nextAction() {
            count += 1
            precondition(count < Self.most, "one packet makes work without end")
            switch action {
            case .signalled(let peer, let signal):
                let policy = policies[peer]
                precondition(
                    signal.target == .relay
                        ? policy.relays.contains(signal.reference) : policy.signal,
                    "a request was taken that the policy denies")
            case .callState(.ringing): hasRung = true
            case .notice(.pageBegan(let peer, _, let priority)):
                precondition(
                    policies[peer].announce || priority == .emergency && policies[peer].emergency,
                    "a page is heard that the policy denies")
            default: break
            }
        }
        if let call = station.call, !call.summary.isOutgoing {
            precondition(
                call.summary.peers != [0], "a call of a peer that may not call is there")
        }
    }
}
