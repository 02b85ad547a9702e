import Audio
import Seeds

/// A talker and a network for one day at random, as bad as the seed will have it.
struct DayNetwork {
    /// A packet on its way, or the record that tells the end of its talkspurt.
    struct Packet {
        var arrival: Int64  // ns
        var sequence: UInt16
        var profile: Int
        var isSpurtStart = false
        var isLast = false
        var depth = 0
        var offset = 1
        var damage = Damage.none
        var isEnd = false
    }

    /// What else than Opus its payload may be.
    enum Damage: CaseIterable {
        case none, noise, truncated, empty, tooLong, firstByte
    }

    private(set) var packets: [Packet] = []
    private var random: SplitMix64
    private let end: Int64

    // What kind of day it is.
    private let frameStretch: Double
    private let jitter: Double
    private let holdEvery: Double
    private let holdMax: Double
    private let loss: Double
    private let rare: Double
    private let mangling: Double
    private let depth: Int
    private let offset: Int
    private var profile: Int
    private var sequence: UInt16
    private var heldUntil: Int64 = 0
    private var nextHold: Int64 = 0

    /// - Parameters:
    ///   - begin: When its first packet may leave, in ns.
    ///   - seconds: How long it lasts.
    ///   - random: What all of it is drawn from.
    init(begin: Int64, seconds: Double, random: SplitMix64) {
        var random = random
        end = begin + Int64(seconds * 1e9)
        // Clocks drift by 300 millionths; some are no clocks.
        let ppm = [0, 300, -300, 3_000, -30_000, 80_000].pick(&random)
        frameStretch = 1 + Double(ppm) * 1e-6
        jitter = [0.0005, 0.005, 0.04, 0.2].pick(&random)
        holdEvery = 0.02 + random.unit() * [0.2, 2, 20].pick(&random)
        holdMax = [0.01, 0.12, 0.245, 0.4, 3].pick(&random)
        loss = [0, 0, 0.02, 0.3].pick(&random)
        rare = [0, 0.002, 0.05].pick(&random)
        mangling = [0, 0, 0.01, 0.5].pick(&random)
        depth = random.unit() < 0.5 ? 0 : Int(random.unit() * 8)
        offset = 1 + Int(random.unit() * 4)
        profile = Int(random.unit() * Double(DayPackets.all.count))
        sequence = UInt16(truncatingIfNeeded: random.next())
        self.random = random
        var when = begin
        while when < end { when = talk(from: when) }
        packets.sort { $0.arrival < $1.arrival }
    }

    /// One talkspurt; returns when the next may begin.
    private mutating func talk(from begin: Int64) -> Int64 {
        if chance(0.1) { sequence = UInt16(truncatingIfNeeded: random.next()) }
        if chance(0.1) { profile = Int(random.unit() * Double(DayPackets.all.count)) }
        let length = random.unit() * 1.5
        let preroll = chance(0.5) ? Int(random.unit() * 25) : 0
        let marked = preroll + Int(random.unit() * 12)
        var frame = Double(DayPackets.all[profile].profile.settings.frameNanoseconds)
        var count = max(1, Int(length * 1e9 / frame))
        var sent = begin
        var number = 0
        while number < count {
            if chance(rare) { mishap(&frame, &count, number) }
            add(
                sent: sent, isSpurtStart: number < marked,
                isLast: number == count - 1 && !chance(rare))
            if number >= preroll { sent += Int64(frame * frameStretch) }
            number += 1
        }
        for _ in 0..<Int(random.unit() * 4) {
            packets.append(
                Packet(
                    arrival: max(sent, heldUntil), sequence: sequence &- 1, profile: profile,
                    isEnd: true))
        }
        return sent + Int64((0.02 + random.unit() * random.unit() * 2) * 1e9)
    }

    /// What happens now and then in the middle of a talkspurt.
    private mutating func mishap(_ frame: inout Double, _ count: inout Int, _ number: Int) {
        switch Int(random.unit() * 4) {
        case 0:
            profile = Int(random.unit() * Double(DayPackets.all.count))
            frame = Double(DayPackets.all[profile].profile.settings.frameNanoseconds)
        case 1: sequence = UInt16(truncatingIfNeeded: random.next())
        case 2: sequence &+= UInt16(random.unit() * 300)
        default: count = min(count, number + 1 + Int(random.unit() * 20))
        }
    }

    private mutating func add(sent: Int64, isSpurtStart: Bool, isLast: Bool) {
        defer { sequence &+= 1 }
        if sent >= nextHold {
            heldUntil = sent + Int64(random.unit() * holdMax * 1e9)
            nextHold = heldUntil + Int64(random.unit() * holdEvery * 1e9)
        }
        guard !chance(loss) else { return }
        var packet = Packet(
            arrival: max(sent + Int64(random.unit() * jitter * 1e9), heldUntil),
            sequence: sequence, profile: profile, isSpurtStart: isSpurtStart, isLast: isLast,
            depth: depth, offset: offset)
        if chance(rare) { packet.arrival += Int64(random.unit() * 0.1e9) }
        if chance(rare) { packet.isSpurtStart.toggle() }
        if chance(rare) { packet.isLast.toggle() }
        if chance(rare) { packet.depth = Int(random.unit() * 8) }
        if chance(rare) { packet.offset = 1 + Int(random.unit() * 4) }
        if chance(mangling) { packet.damage = Damage.allCases.pick(&random) }
        packets.append(packet)
        if chance(rare) {
            packet.arrival += Int64(random.unit() * 0.3e9)
            packets.append(packet)
        }
    }

    private mutating func chance(_ share: Double) -> Bool {
        share > 0 && random.unit() < share
    }
}

extension Array {
    /// One of them.
    func pick(_ random: inout SplitMix64) -> Element {
        self[Int(random.unit() * Double(count))]
    }
}
