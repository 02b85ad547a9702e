internal import Time
internal import VirtualTime
internal import Wire

/// The network between the rooms: what is sent is delayed, overtaken, lost, doubled or cut off.
final class HouseNetwork {
    struct Weather {
        /// Of 1000 datagrams.
        var lost = 0
        var repeated = 0
        /// Each datagram has a delay of its own, so that a later one may overtake an earlier one.
        var delayMs = 1...2
    }

    private let timeline: Timeline
    private let dice: Dice
    var weather = Weather()
    /// Somebody who has the network in hand; nil where nobody has.
    var adversary: Adversary?
    /// Ways that lead nowhere, from one room to another.
    private var cut: Set<[Int]> = []
    private var rooms: [Room] = []
    private(set) var lost = 0

    init(_ timeline: Timeline, _ dice: Dice) {
        self.timeline = timeline
        self.dice = dice
    }

    func connect(_ rooms: [Room]) { self.rooms = rooms }

    /// Where a room's station is.
    static func endpoint(of room: Int) -> Endpoint {
        Endpoint(high: 0, low: 0xFFFF_C000_0200 | UInt64(room + 1), port: 5577)
    }

    static func room(at endpoint: Endpoint) -> Int { Int(endpoint.low & 0xFF) - 1 }

    func cut(from: Int, to: Int) { cut.insert([from, to]) }
    func join(from: Int, to: Int) { cut.remove([from, to]) }
    func heal() {
        cut = []
        weather = Weather()
        adversary?.leave()
        adversary = nil
    }

    func send(_ bytes: [UInt8], from: Int, to endpoint: Endpoint) {
        let to = Self.room(at: endpoint)
        if let adversary, !adversary.lets(bytes, from: from, to: to) { return }
        guard !cut.contains([from, to]), dice.below(1000) >= weather.lost else {
            lost += 1
            return
        }
        let copies = dice.below(1000) < weather.repeated ? 2 : 1
        for _ in 0..<copies {
            timeline.after(dice.milliseconds(weather.delayMs)) { [unowned self] in
                deliver(bytes, from: from, to: to)
            }
        }
    }

    func deliver(_ bytes: [UInt8], from: Int, to: Int) {
        rooms[to].receive(bytes, from: Self.endpoint(of: from))
    }
}
