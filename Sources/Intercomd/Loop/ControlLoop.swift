internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// The ordinary thread: it owns everything slow, and nothing that sounds.
///
/// Handshakes, peers, the local socket, cards and lines that come and go, lamps, signals. It tells
/// the media loop by ring and hears from it by ring.
///
/// - `ControlLoop+Session` feeds handshakes and opened records to the cores, and obeys them,
/// - `ControlLoop+Media` follows what the media loop tells,
/// - `ControlLoop+Heard` tells the switchboard what it judges our own talk by,
/// - `ControlLoop+Unheard` finds what keeps voices from being heard,
/// - `ControlLoop+Devices` opens cards and lines, and lights the lamps,
/// - `ControlLoop+Acts` does what keys ask for besides talking,
/// - `ControlLoop+Reload` takes over other settings,
/// - `ControlLoop+Levels` and `ControlLoop+Latency` show and measure the sound,
/// - `ControlLoop+Requests` answers `intercomctl`,
/// - `ControlLoop+Status` describes the station, `ControlLoop+Diagnosis` what is wrong with peers.
struct ControlLoop: ~Copyable, CoresOwner {
    private enum Token {
        static let handshakes: UInt32 = 0
        static let events: UInt32 = 1
        static let signals: UInt32 = 2
        static let timer: UInt32 = 3
        static let server: UInt32 = 4
        static let resolver: UInt32 = 5
        static let caller: UInt32 = 64
    }

    let facts: Facts
    let rings: Rings
    var settings: SettingsInUse
    var links: Links
    var cores: Cores
    var devices: Devices
    var server: ControlServer
    var history: History
    var keeper: StateKeeper
    var journal = Journal()
    var meters = SoundWatch()
    var figures = Figures()
    var health: Health
    var reader = AnnouncementReader()
    var now = Clock.now()

    var config: Config { settings.config }
    var roster: Roster { settings.roster }
    var routing: Routing { settings.routing }
    var plan: MediaPlan { settings.plan }
    var switchboard: Switchboard { cores.switchboard }
    var station: Station { switchboard.station }

    private var loop: EventLoop
    private let timer: Timer
    private let signals: Signals
    private var isStopping = false
    private var nextSecond: Instant
    private let byAddress = PassedByAddress()

    /// What was found at the start and does not change.
    struct Facts {
        let startedAt: Instant
        /// The media loop's, which keeps it open for as long as the program runs.
        let dataSocket: Int32
        /// Where the settings are.
        let folder: String
        let isRealtime: Bool
        let watchdog: Duration?
        /// Whether suite 1 is fast and constant in time here (protocol.md §1.8).
        let hasAES: Bool
    }

    init(
        _ settings: SettingsInUse, rings: Rings, facts: Facts, links: consuming Links,
        cores: consuming Cores, server: consuming ControlServer, signals: consuming Signals
    ) throws(SystemError) {
        // What can fail first, on locals: a noncopyable value is made whole or not at all.
        let loop = try EventLoop()
        let timer = try Timer()
        try loop.add(fd: links.socket.fd, token: Token.handshakes)
        try loop.add(fd: rings.eventsWaiting.fd, token: Token.events)
        try loop.add(fd: signals.fd, token: Token.signals)
        try loop.add(fd: timer.fd, token: Token.timer)
        try loop.add(fd: server.fd, token: Token.server)
        try loop.add(fd: links.resolver.answered.fd, token: Token.resolver)

        self.loop = loop
        self.timer = timer
        devices = Devices(settings.config)
        history = History(in: settings.config.paths.state)
        keeper = StateKeeper(in: settings.config.paths.state)
        self.cores = cores
        nextSecond = facts.startedAt
        health = Health(Watchdog(isThere: facts.watchdog != nil), startedAt: facts.startedAt)
        self.settings = settings
        self.rings = rings
        self.facts = facts
        self.links = links
        self.server = server
        self.signals = signals
    }

    /// Runs until a signal says stop, and says goodbye.
    mutating func run() {
        let name = "\(config.station.name), \(cores.table.publicKey.text)"
        tell(.started, detail: "intercomd \(Product.version) is \(name)")
        tellFaults(history.begin(wall: Int(Clock.wallMilliseconds()), at: now))
        tellFault(keeper.begin())
        tellVolumes()
        knowFormerCalls()
        consent()
        protectAnew()
        devices.noteRelays(config)
        openDevices()
        followClocks()
        health.lockMemory()
        resolveAll()
        ServiceNotifier.ready()
        while !isStopping {
            turn()
        }
        sayGoodbye()
    }

    private mutating func turn() {
        armTimer()
        let ready = loop.wait(until: nil)
        now = Clock.now()
        knowCallLamp()
        followMicrophone()
        followLoopback()
        for place in 0..<ready { serve(loop[place].token) }
        takeReturns()
        feed { _, table, now in table.tick(at: now) }
        followReload()
        everySecond()
        followListeners()
        openDevices()
        followClocks()
        lookAtMeters()
        followAnnouncement()
        // After all news of this turn: what was heard of a talk is judged by them.
        feed { board, _, now in board.tick(at: now) }
        tellFaults(history.tick(at: now))
        runHook()
        server.isPaused = settings.pendingReload != nil
        server.tick(at: now) { fd, place, events in
            try? loop.modify(fd: fd, events: events, token: Token.caller + UInt32(place))
        }
        endWhatNobodyHolds()
        devices.lines.followRelays(at: now)
        devices.show(lampFacts, at: now)
    }

    private mutating func serve(_ token: UInt32) {
        switch token {
        case Token.handshakes: takeHandshakes()
        case Token.events:
            rings.eventsWaiting.drain()
            takeRecords()
            takeEvents()
        case Token.signals: takeSignals()
        case Token.timer: timer.drain()
        case Token.server: acceptCallers()
        case Token.resolver: takeAnswers()
        case Token.caller...: serveCaller(Int(token - Token.caller))
        default: break
        }
    }

    private mutating func takeSignals() {
        while let signal = signals.next() {
            switch signal {
            case .terminate, .interrupt, .quit: isStopping = true
            case .hangup: reloadBySignal()
            }
        }
    }

    private mutating func acceptCallers() {
        server.accept(at: now) { fd, place in
            // Refused, the caller is closed as idle in a few seconds.
            try? loop.add(fd: fd, token: Token.caller + UInt32(place))
        }
    }

    /// Wakes the loop at the first deadline of anyone, and at least once a second.
    private mutating func armTimer() {
        var first = nextSecond
        if let deadline = devices.deadline(at: now) { first = min(first, deadline) }
        if let deadline = cores.deadline { first = min(first, deadline) }
        if let reload = settings.pendingReload { first = min(first, reload.end) }
        if let deadline = history.deadline { first = min(first, deadline) }
        if let deadline = journal.deadline(at: now) { first = min(first, deadline) }
        if let deadline = meters.deadline { first = min(first, deadline) }
        if let deadline = reader.deadline(at: now) { first = min(first, deadline) }
        // A deadline that keeps lying in the past must not make the loop spin.
        timer.arm(at: max(first, now + .milliseconds(1)))
    }

    private mutating func everySecond() {
        guard now >= nextSecond else { return }
        nextSecond = now + .seconds(1)
        if settings.owesReload { reloadBySignal() }
        followTraffic()
        followNetwork()
        followProbes()
        followKeys()
        followFigures()
        followXruns()
        journal.tellSuppressed(at: now)
        followMixers()
        feed { board, _, now in board.secondPassed(at: now) }
        tickState()
        consent()
        health.look(rings.counters, at: now)
    }

    /// Closes the microphone, takes leave of every peer, darkens the lamps; within a second.
    private mutating func sayGoodbye() {
        ServiceNotifier.stopping()
        devices.close(config.paths, at: now)
        rings.tell(.quiet)
        feed { board, _, now in board.stop(at: now) }
        feed { _, table, now in table.close(reason: .stopping, at: now) }
        let end = now + .milliseconds(500)
        while let deadline = cores.table.deadline, deadline < end {
            pause(until: deadline)
            feed { _, table, now in table.tick(at: now) }
        }
        rings.tell(.stop)
        while !health.hasStopped, now < end {
            pause(until: min(now + .milliseconds(10), end))
            takeEvents()
        }
        takeReturns()
        tell(.stopped)
        tellFaults(history.close(at: now))
        tellFault(keeper.write(at: now))
        journal.close()
    }

    /// Waits for what the media loop tells, and no longer than until then.
    mutating func pause(until moment: Instant) {
        timer.arm(at: moment)
        var isOver = false
        while !isOver {
            let ready = loop.wait(until: moment)
            now = Clock.now()
            isOver = now >= moment || ready == 0
            for place in 0..<ready where loop[place].token == Token.events {
                rings.eventsWaiting.drain()
                isOver = true
            }
            timer.drain()
            // What else there is to do waits, and must not keep the processor busy meanwhile.
            if !isOver { Clock.sleep(.milliseconds(1)) }
        }
    }
}
