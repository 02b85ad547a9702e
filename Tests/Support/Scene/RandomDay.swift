public import Audio
import Seeds
import Time

/// A day of one listener, made up from a seed: nothing that arrives, no card, no clock and no
/// setting may bring the program down.
///
/// Packets are held for seconds, lost, doubled, reordered, mangled and numbered anew; the frames
/// change their length while somebody talks; the card stands still, is asked for several blocks at
/// once, or runs by a clock that is none; the machine's clock stands still or jumps by hours. All
/// settings are drawn as well. `DayProbe` lives many days, and tells the seed of the one that ends
/// it.
public struct RandomDay: ~Copyable {
    private var random: SplitMix64
    private let network: DayNetwork
    private var voice: Voice
    private var station: DayStation
    private var next = 0
    /// The time of the world, and by how much the machine's clock is ahead of it: ns.
    private var time: Int64 = 1_000_000_000
    private var ahead: Int64 = 0
    private var stampNotBefore: Int64 = 0

    // What kind of day it is.
    private let block: Int
    private let cardStretch: Double
    private var stalls: Double
    private let stallMax: Double
    private var oddClock: Double

    public init(seed: UInt64) throws(OpusError) {
        var random = SplitMix64(seed: seed)
        let preset = [JitterBuffer.Preset.low, .normal, .robust].pick(&random)
        block = [120, 240, 360, 480].pick(&random)
        let delayMax = [240, 240, 240, 120, 60, 10].pick(&random)
        voice = try Voice(
            preset: preset, delayMax: .milliseconds(delayMax), blockSamples: block)
        cardStretch = 1 + Double([0, 300, -300, 20_000, -100_000].pick(&random)) * 1e-6
        stalls = [0, 0, 0.002, 0.05].pick(&random)
        stallMax = [0.03, 0.3, 3].pick(&random)
        oddClock = [0, 0, 0, 0.002].pick(&random)
        network = DayNetwork(
            begin: time, seconds: 1 + random.unit() * 2, random: SplitMix64(seed: random.next()))
        station = DayStation(block: block, random: SplitMix64(seed: random.next()))
        self.random = random
    }

    /// What the voice has counted since it began anew last.
    public var totals: ReceptionTotals { voice.totals }

    /// Lives through the day.
    ///
    /// - Returns: Whether the voice fell silent when nothing came any more, as it should.
    public mutating func live() -> Bool {
        while next < network.packets.count {
            pass()
            deliver()
            // At start, and after it stood still, a card takes several blocks at one moment.
            let pulls = chance(stalls) ? Int(random.unit() * 6) : 1
            for _ in 0..<pulls { pull() }
            if chance(stalls / 20) { voice.reset() }
            if chance(stalls) { voice.end(last: UInt16(truncatingIfNeeded: random.next())) }
        }
        // What is left is over in less.
        let end = stamp + 2_000_000_000
        (stalls, oddClock) = (0, 0)
        while voice.isActive, stamp < end {
            pass()
            pull()
        }
        return !voice.isActive
    }

    /// Lets the time of a block go by, or much more.
    private mutating func pass() {
        time += Int64(Double(block) * 62_500 / 3 * cardStretch + random.unit() * 300_000)
        if chance(stalls) {
            time += Int64(random.unit() * stallMax * 1e9)
            station.stall()
        }
        guard chance(oddClock) else { return }
        switch Int(random.unit() * 3) {
        case 0: ahead += Int64(random.unit() * 36_000 * 1e9)
        case 1: ahead += Int64(random.unit() * 2e9)
        // It stands still for a while.
        default: stampNotBefore = stamp + Int64(random.unit() * 1e9)
        }
    }

    /// What the machine's clock says; it never goes back.
    private var stamp: Int64 { max(time + ahead, stampNotBefore) }
    private var now: Instant { Instant(nanoseconds: stamp) }

    private mutating func deliver() {
        while next < network.packets.count, network.packets[next].arrival <= time {
            land(network.packets[next])
            next += 1
        }
    }

    private mutating func land(_ packet: DayNetwork.Packet) {
        guard !packet.isEnd else { return voice.end(last: packet.sequence) }
        for copy in 0...packet.depth {
            let sequence = packet.sequence &- UInt16(copy * packet.offset)
            let payload = payload(of: packet, sequence)
            voice.insert(
                sequence: sequence, payload: payload.span, isSpurtStart: packet.isSpurtStart,
                isLast: packet.isLast && copy == 0, isCopy: copy > 0, at: now)
        }
    }

    private mutating func payload(of packet: DayNetwork.Packet, _ sequence: UInt16) -> [UInt8] {
        let pool = DayPackets.all[packet.profile].payloads
        var payload = pool[Int(sequence) % pool.count]
        switch packet.damage {
        case .none: break
        case .empty: payload = []
        case .tooLong: payload += [UInt8](repeating: 7, count: PCM.payloadMax)
        case .truncated: payload.removeLast(Int(random.unit() * Double(payload.count)))
        case .firstByte: payload[0] = UInt8(truncatingIfNeeded: random.next())
        case .noise:
            let count = 1 + Int(random.unit() * Double(PCM.payloadMax))
            payload = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        return payload
    }

    private mutating func pull() {
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var sound = all._mutatingExtracting(first: block)
        let isHeard = voice.isActive && voice.pull(into: &sound, at: now)
        station.play(&sound, isHeard: isHeard, at: now)
        if chance(0.01) { station.learn(voice.report(at: now), at: now) }
    }

    private mutating func chance(_ share: Double) -> Bool {
        share > 0 && random.unit() < share
    }
}
