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

    var station: Switchboard
    var now = Instant(nanoseconds: 1_000_000_000)
    var hasRung = false
    private let policies: [Policy]

    init() {
        let house = Channel(number: 1, reference: 77, members: [0, 1, 2], isListenedTo: true)
        let targets = [
            TalkTarget(stream: 0, reference: 0, listeners: [1]),
            TalkTarget(stream: 1, reference: 77, listeners: [0, 1, 2]),
        ]
        station = Switchboard(
            targets: targets, channels: [house], firstMids: [1, 2, 3],
            frames: LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50), at: now)
        policies = [
            Policy(call: .never, announce: false, signal: false), Policy(),
            Policy(
                call: .auto, announce: true, dropIn: true, monitor: true, emergency: true,
                relays: [5]),
        ]
        let signs = Consent.Signs(isSpeakerOpen: true, canBeep: true, hasTalkLamp: true)
        station.consent(to: policies, signs, .open, isHalfDuplex: false, at: now)
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
        case 0: handle(.answer)
        case 1: handle(.reject)
        case 2: handle(.hangUp)
        case 3:
            let target = TalkTarget(stream: 0, reference: 0, listeners: [peer])
            let id = CallID(high: 7, low: UInt64(now.nanoseconds))
            handle(.call(Wish.Named("it", target), Wish.Calling(id, ringTime: .seconds(30))))
        case 4:
            station.handle(.receiving(peer: peer, stream: 0, isOn: true), at: now)
            station.secondPassed(at: now)
        default: handle(.ask(Wish.Named("it", peer), .relay, reference: 5, what: "it"))
        }
    }

    private mutating func handle(_ wish: Wish) {
        _ = try? station.handle(wish, with: (true, true), at: now)
    }

    mutating func drain() {
        var count = 0
        while let order = station.nextOrder() {
            count += 1
            precondition(count < Self.most, "one packet makes work without end")
            switch order {
            case .switchRelay(let peer, let signal):
                precondition(
                    policies[peer].relays.contains(signal.reference),
                    "a request was taken that the policy denies")
            case .notice(.signal(let peer, _)):
                precondition(policies[peer].signal, "a light is lit that the policy denies")
            case .notice(.callStands(_, .ringing)): hasRung = true
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
