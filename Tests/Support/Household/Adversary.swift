internal import Time
internal import VirtualTime

/// Somebody in the network who reads nothing and forges nothing, but decides when a packet comes,
/// how often, in which order, and whether at all: handshakes and packets of sessions alike.
final class Adversary {
    enum Conduct {
        case passes, holds, drops
        /// Lets it pass, and keeps a copy.
        case copies
        /// Decides for each packet anew.
        case whims
    }

    enum Order: CaseIterable { case asSent, lastFirst, shuffled }

    private struct Packet {
        let bytes: [UInt8]
        let from: Int
        let to: Int
        let sentAt: Instant
    }

    /// No packet is kept for longer: then no session is left that it belongs to.
    static let keepsFor = Duration.seconds(180)

    private unowned let house: House
    private var conduct: [[Int]: Conduct] = [:]
    private var kept: [Packet] = []
    private var hasLeft = false

    init(_ house: House) { self.house = house }

    private var dice: Dice { house.dice }
    private var now: Instant { house.timeline.now }

    /// From now on, on the way from one room to another.
    func turn(to conduct: Conduct, from: Int, to: Int) { self.conduct[[from, to]] = conduct }

    func leave() { hasLeft = true }

    /// Sees a packet.
    ///
    /// - Returns: Whether it goes on as if nobody had seen it.
    func lets(_ bytes: [UInt8], from: Int, to: Int) -> Bool {
        var conduct = conduct[[from, to]] ?? .passes
        if case .whims = conduct { conduct = whim }
        switch conduct {
        case .passes, .whims: return true
        case .drops: return false
        case .holds, .copies:
            if kept.count > 2_000 { forget() }
            kept.append(Packet(bytes: bytes, from: from, to: to, sentAt: now))
            let isHeld = conduct == .holds
            house.count(isHeld ? .held : .copied)
            return !isHeld
        }
    }

    private var whim: Conduct {
        switch dice.below(100) {
        case 0..<60: .passes
        case 60..<75: .copies
        case 75..<90: .holds
        default: .drops
        }
    }

    private func forget() {
        kept.removeAll { now - $0.sentAt > Self.keepsFor }
        if kept.count > 2_000 { kept.removeFirst(500) }
    }

    /// Lets go what was kept on this way: a part of it, or all, in this order, and perhaps again.
    func release(from: Int, to: Int, _ order: Order) {
        guard !hasLeft else { return }
        forget()
        var packets = kept.filter { $0.from == from && $0.to == to }
        if dice.percent(50) { kept.removeAll { $0.from == from && $0.to == to } }
        switch order {
        case .asSent: break
        case .lastFirst: packets.reverse()
        case .shuffled:
            for place in packets.indices { packets.swapAt(place, dice.below(packets.count)) }
        }
        let share = dice.pick([100, 100, 50, 10])
        for packet in packets where dice.percent(share) {
            house.count(.released)
            house.network.deliver(packet.bytes, from: from, to: to)
        }
    }
}
