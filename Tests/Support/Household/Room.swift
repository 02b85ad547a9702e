internal import Crypto
internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// One station of the house with the people in its room.
///
/// Its decisions are the product's: a `PeerTable` and a `Switchboard`. Around them
/// it does what the control loop does, with memory instead of rings, sockets and files.
///
/// - `Room+Switchboard` feeds the switchboard and drains it, `Room+Orders` obeys it,
/// - `Room+Session` does the same for the sessions,
/// - `Room+Requests` is what people ask for,
/// - `Room+Settings` starts, stops and reloads,
/// - `RoomSound` is its media loop, `RoomRules` looks whether all is right.
final class Room {
    unowned let house: House
    let number: Int
    let secret: [UInt8]
    let publicKey: PublicKey
    var settings: RoomSettings
    var isDoNotDisturb = false
    var isMicrophoneMuted = false
    var isSpeakerMuted = false

    // While it runs.
    var isRunning = false
    /// It says goodbye.
    var isStopping = false
    /// Counts starts: what was planned before is void.
    private(set) var run = 0
    /// How long an event or a command is on its way through its ring.
    var lag = Duration.zero
    var table: PeerTable
    var switchboard: Switchboard
    private(set) lazy var sound = RoomSound(self)
    /// The number of each peer, by room.
    var numbers: [Int: Int] = [:]
    var routing: RoomRouting
    /// What the sound was told, and has not taken over yet.
    var change: RoomRouting?
    var callers = Callers()
    /// The announcement that is read: how long its sound is, and when its reader stopped.
    var reading: (length: Duration, isWhole: Bool, since: Instant)?
    var rules = RoomRules()
    /// What the cores want is being done just now.
    var isDraining = false
    private var wakeAt: Instant?

    /// Numbers that peers may have.
    static let capacity = 16
    /// The next peer's number; peers that came back have had several.
    var nextNumber = 0
    /// Whether there are numbers for peers that go and come back.
    var hasFreeNumbers: Bool { nextNumber < Self.capacity - 5 }

    init(_ number: Int, of house: House, _ settings: RoomSettings) {
        self.house = house
        self.number = number
        self.settings = settings
        secret = (0..<32).map { UInt8(truncatingIfNeeded: 7 &+ number &* 31 &+ $0) }
        let own = Key(of: secret)
        publicKey = X25519.publicKey(of: own)
        table = PeerTable(identity: own, bootID: 0, random: house.dice.source)
        routing = RoomRouting(settings, [:])
        switchboard = Self.switchboard(routing, [], firstMids: [], at: house.timeline.now)
    }

    var now: Instant { house.timeline.now }
    var name: String { RoomRouting.name(ofRoom: number) }

    func room(ofPeer number: Int) -> Int? { numbers.first { $0.value == number }?.key }

    func target(ofPeer number: Int) -> TalkTarget? {
        room(ofPeer: number).flatMap { routing.target(named: RoomRouting.name(ofRoom: $0)) }
    }

    func fail(_ what: String) { house.fail("\(name): \(what)") }

    func beginSound() { sound = RoomSound(self) }

    // MARK: Time

    func begin() {
        (isRunning, isStopping) = (true, false)
        run += 1
        wakeAt = nil
    }

    func end() {
        isRunning = false
        run += 1
    }

    /// Does this then, unless the station has ended by then.
    func at(_ moment: Instant, _ act: @escaping () -> Void) {
        let run = run
        house.timeline.at(moment) { [unowned self] in
            if run == self.run { act() }
        }
    }

    /// Does later what somebody plans, unless people are quiet by then.
    func later(_ wait: Duration, _ act: @escaping () -> Void) {
        at(now + wait) { [unowned self] in
            if !house.isQuiet { act() }
        }
    }

    /// An event of the sound on its way to the control loop.
    func event(_ act: @escaping (Room) -> Void) {
        at(now + lag) { [unowned self] in
            turn { act(self) }
        }
    }

    /// A command on its way to the sound.
    func tell(_ act: @escaping (RoomSound) -> Void) {
        at(now + lag) { [unowned self] in act(sound) }
    }

    /// Sleeps until something is due.
    func arm(_ deadline: Instant?) {
        guard let deadline, wakeAt.map({ deadline < $0 || $0 <= now }) ?? true else { return }
        wakeAt = deadline
        at(deadline) { [unowned self] in
            guard wakeAt == now else { return }
            wakeAt = nil
            turn()
        }
    }

    func everySecond() {
        at(now + .seconds(1)) { [unowned self] in
            turn(beginsSecond: true)
            everySecond()
        }
    }
}
