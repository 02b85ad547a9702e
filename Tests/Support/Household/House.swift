internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// A few rooms, each with a station, and the network between them: in virtual time, from a seed.
final class House {
    let timeline = Timeline(at: Instant(nanoseconds: 1_000_000_000))
    let dice: Dice
    let network: HouseNetwork
    let limits: SessionLimits
    let requests = Requests()
    private(set) var rooms: [Room] = []
    /// Nobody does anything any more.
    var isQuiet = false
    private(set) var totals = HouseTotals()
    /// What broke a rule first, and when; nothing happens after it.
    private(set) var failure: String?
    /// Rooms whose address is a name.
    private let named: Set<Int>
    /// How often each pair has changed its psk.
    private var psks: [[Int]: UInt8] = [:]
    private var calls: UInt64 = 0
    /// The rooms that each call was offered to.
    private var offers: [CallID: Set<Int>] = [:]

    /// `rekeysOften` keeps to the times of the protocol.
    init(rooms count: Int, seed: UInt64, rekeysOften: Bool = false) {
        dice = Dice(seed: seed)
        network = HouseNetwork(timeline, dice)
        var limits = SessionLimits()
        // Handshakes cost most of a day; on most days sessions live for longer than the protocol's.
        if !rekeysOften, dice.percent(90) {
            limits.rekeyInitiator = .seconds(1_200)
            limits.rekeyResponder = .seconds(1_500)
            limits.expiry = .seconds(1_800)
        }
        self.limits = limits
        let dice = dice
        named = Set((0..<count).filter { _ in dice.percent(30) })
        rooms = (0..<count).map { Room($0, of: self, settings(of: $0, among: count)) }
        network.connect(rooms)
    }

    var hasFailed: Bool { failure != nil }

    func fail(_ what: String) {
        if failure == nil { failure = "at \(timeline.now.nanoseconds / 1_000_000) ms, \(what)" }
    }

    func count(_ count: HouseCount, _ more: Int = 1) { totals.add(count, more) }

    func hasName(_ room: Int) -> Bool { named.contains(room) }

    func newCallID() -> CallID {
        calls += 1
        return CallID(high: calls, low: dice.next() | 1)
    }

    func offered(_ id: CallID, to room: Int) { offers[id, default: []].insert(room) }

    func isOffered(_ id: CallID, to room: Int) -> Bool { offers[id]?.contains(room) ?? false }

    /// What both rooms of a pair have in their settings.
    func psk(_ left: Int, _ right: Int) -> [UInt8] {
        let pair = [min(left, right), max(left, right)]
        return [UInt8](repeating: 0x77 &+ (psks[pair] ?? 0), count: 32)
    }

    func changePSK(_ left: Int, _ right: Int) {
        psks[[min(left, right), max(left, right)], default: 0] &+= 1
    }

    /// Does this later, unless people are quiet by then.
    func later(_ wait: Duration, _ act: @escaping () -> Void) {
        timeline.after(wait) { [unowned self] in
            if !isQuiet { act() }
        }
    }

    // MARK: Settings

    private func settings(of room: Int, among count: Int) -> RoomSettings {
        let others = Set(0..<count).subtracting([room])
        var house = RoomSettings.Group(name: "house", number: 1, members: others)
        house.joins = dice.percent(60)
        var garden = RoomSettings.Group(name: "garden", number: 2, members: others)
        garden.isListenedTo = dice.percent(70)
        garden.joins = dice.percent(60)
        garden.priority = dice.percent(30) ? .high : .normal
        if garden.members.count > 1, dice.percent(30) {
            garden.members.remove(garden.members.sorted()[0])
        }
        var settings = RoomSettings(peers: others, channels: [house, garden])
        for other in others.sorted() { settings.policies[other] = policy() }
        settings.canBeep = dice.percent(80)
        settings.hasTalkLamp = dice.percent(40)
        settings.hasCallLamp = dice.percent(70)
        settings.isHalfDuplex = dice.percent(30)
        settings.tail = dice.pick([.zero, .milliseconds(150), .milliseconds(400)])
        return settings
    }

    func policy() -> Policy {
        Policy(
            call: dice.pick([.ring, .ring, .auto, .auto, .never]), announce: dice.percent(80),
            dropIn: dice.percent(50), monitor: dice.percent(50), emergency: dice.percent(50),
            relays: dice.pick([[], [1], [1, 2]]), signal: dice.percent(80))
    }
}
