internal import Audio
internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// The ordinary thread: it owns everything slow, and no sound.
///
/// It serves handshakes, peers, the local socket, cards and lines that come and go, lamps and
/// signals. Rings join it to the media loop.
///
/// - `feed` is the one door to `Cores`, the sessions and the switchboard; `ControlLoop+Orders`
///   feeds them the records of peers, carries out the orders of the switchboard, announces events,
///   advances a pairing, and exchanges the roster,
/// - `ControlLoop+Session` feeds them handshakes, and carries out the actions of sessions,
/// - `ControlLoop+Media` follows the events of the media loop, opens cards and lines, lights the
///   lamps, shows the meters and reads the sound of an announcement,
/// - `ControlLoop+Messages` records, plays and sends voice messages, and replays what was heard,
/// - `ControlLoop+Recordings` keeps the recordings of channels and calls,
/// - `ControlLoop+Requests` answers `intercomctl`,
/// - `ControlLoop+Buttons` carries out the acts of buttons besides talking,
/// - `ControlLoop+HomeAssistant` shows the state at a broker, and carries out harmless requests,
/// - `ControlLoop+Reload` takes over other settings, and keeps volumes, mutes and do-not-disturb,
/// - `ControlLoop+Snapshot` copies state and counters into a `Snapshot`, which describes them.
struct ControlLoop: ~Copyable, CoresOwner {
    let facts: Facts
    let rings: Rings
    var settings: SettingsInUse
    var links: Links
    let neighbourhood: Neighbourhood
    /// Nil without `[rendezvous]`.
    let mailbox: Mailbox?
    /// Nil without `[home-assistant]`.
    let homeAssistant: HomeAssistantLink?
    var cores: Cores
    var devices: Devices
    var server: ControlServer
    var history: History
    /// The callers that wait for lists of calls, in the order of their questions.
    var historians: [ProgramTicket] = []
    var keeper: StateKeeper
    var journal = Journal()
    var askers = Askers()
    var meters = SoundWatch()
    var figures = Figures()
    var health: Health
    var reader = AnnouncementReader()
    var pairings: Pairings
    var pairingButton = PairingButton()
    var resetButton: ResetButton
    var site: SiteKeeper
    var messages: Messages
    var recordings: Recordings
    var replay = Replay()
    /// Writes the files of peers, site, messages and recordings, and erases them.
    let writer = WorkChain()
    var now = Clock.now()
    private var sleep = SleepWatch(suspended: Clock.suspended())

    var config: Config { settings.config }
    var directory: PeerDirectory { settings.directory }
    var routing: Routing { settings.routing }
    var plan: MediaPlan { settings.plan }
    var switchboard: Switchboard { cores.switchboard }
    /// The wall clock, in milliseconds since 1970.
    var wall: Int { Int(Clock.wallMilliseconds()) }

    private var poller: Poller
    /// Whether first messages wait: they come after everything else.
    private var areInitiationsWaiting = false
    private let byAddress = PassedByAddress()

    /// Facts of the start, which do not change.
    struct Facts {
        let startedAt: Instant
        /// The media loop's sockets, open for as long as the program runs.
        let dataSocket: Int32
        let straySocket: Int32
        /// The folder of the settings.
        var folder: String
        var isRealtime: Bool
        let watchdog: Duration?
        /// Whether suite 1 is fast and constant in time here (protocol.md §1.8).
        var usesAES: Bool
    }

    init(
        _ settings: SettingsInUse, rings: Rings, facts: Facts, links: consuming Links,
        cores: consuming Cores, server: consuming ControlServer, signals: consuming Signals
    ) throws(SystemError) {
        let poller = try Poller(signals, startedAt: facts.startedAt)
        try poller.watch(links.socket.fd, as: .handshakes)
        try poller.watch(links.initiations.fd, as: .initiations)
        try poller.watch(rings.eventsWaiting.fd, as: .media)
        try poller.watch(server.fd, as: .server)
        if let watch = links.networkWatch { try poller.watch(watch.fd, as: .network) }
        let neighbourhood = try Neighbourhood(
            settings.config.network, own: cores.table.publicKey)
        try poller.watch(neighbourhood.fd, as: .neighbours)

        self.poller = poller
        devices = Devices(settings.config)
        history = History(in: settings.config.paths.state)
        keeper = StateKeeper(in: settings.config.paths.state)
        site = SiteKeeper(own: cores.table.publicKey, writer: writer)
        messages = Messages(settings.config.paths, usesAES: facts.usesAES, writer: writer)
        recordings = Recordings(settings.config.paths, usesAES: facts.usesAES, writer: writer)
        self.cores = cores
        pairings = Pairings(usesAES: facts.usesAES, writer: writer)
        resetButton = ResetButton(sinceBoot: facts.startedAt + Clock.suspended())
        health = Health(Watchdog(isThere: facts.watchdog != nil), startedAt: facts.startedAt)
        self.settings = settings
        self.rings = rings
        self.facts = facts
        self.links = links
        self.neighbourhood = neighbourhood
        mailbox = Mailbox(settings.config, own: self.cores.table.publicKey)
        homeAssistant = HomeAssistantLink(settings.config, own: self.cores.table.publicKey)
        self.server = server
    }

    /// Runs until a signal asks for the end, and says goodbye.
    mutating func run() {
        let name = "\(config.station.name), \(cores.table.publicKey.text)"
        tell(.started, detail: "intercomd \(Product.version) is \(name)")
        for fault in history.begin(wall: wall, at: now) { tell(.historyFault, detail: fault) }
        if let fault = keeper.begin() { tell(.stateFault, detail: fault) }
        tellVolumes()
        let formerCalls = history.formerCalls().compactMap { CallID($0) }
        feed { board, _, now in board.recover(ended: formerCalls, at: now) }
        consent()
        protectAnew()
        devices.noteRelays(config)
        site.load(config, directory, at: now)
        messages.configure(directory, config)
        configureRecordings(config, routing)
        openDevices()
        // A working card sounds when the service is ready.
        let end = Clock.now() + .seconds(2)
        while let look = devices.cards.work(at: Clock.now()), look < end {
            Clock.sleep(look - Clock.now())
            openDevices()
        }
        followClocks()
        health.lockMemory()
        // Peers with numeric addresses are called at once; names go to the resolver.
        for peer in directory.numbers { resolve(peer) }
        neighbourhood.setPeers(directory, added: [], cores.table, at: now)
        feed { [neighbourhood] _, table, now in neighbourhood.look(&table, at: now) }
        mailbox?.setPeers(directory, cores.table, wall: wall, at: now)
        ServiceNotifier.ready()
        while !poller.isStopping, !resetButton.isErased {
            turn()
        }
        sayGoodbye()
    }

    /// Handles arrivals first, then due work, then the reports to people.
    private mutating func turn() {
        now = poller.wait(until: deadline, since: now)
        if sleep.noticeSleep(suspended: Clock.suspended()) {
            feed { _, table, now in table.wake(at: now) }
        }
        meters.update(rings, at: now)
        // A peer that lights the call light learns whether any lamp shows it.
        let hasCallLamp = devices.lines.canShow(.calling)
        feed { board, _, _ in board.hasCallLamp = hasCallLamp }
        followMicrophone()
        // While the network is in trouble, a peer may move to an address of this machine.
        if links.networkFault != nil { tellOfNetwork() }
        if links.intake.ends(at: now) {
            poller.watch(links.initiations.fd, as: .initiations, for: EventLoop.readable)
        }
        while let source = poller.next() { serve(source) }
        let arePassedOn = !rings.passedOn.isEmpty && links.intake.restsUntil == nil
        if areInitiationsWaiting || arePassedOn {
            areInitiationsWaiting = false
            links.intake.begin(busy: Clock.threadNanoseconds(), at: now)
            let count = takeHandshakes(areInitiations: true)
            if links.intake.end(after: count, busy: Clock.threadNanoseconds(), at: now) {
                poller.watch(links.initiations.fd, as: .initiations, for: 0)
            }
        }
        takeReturns()
        takeAnswers()
        feed { _, table, now in table.tick(at: now) }
        followReload()
        if poller.beginsSecond(at: now) { everySecond() }
        followListeners()
        openDevices()
        followClocks()
        // Before anybody listens to a room in which nothing reveals a listener any more.
        if listenerSigns != switchboard.consent.signs { consent() }
        lookAtMeters()
        followAnnouncement()
        // The result of a talk depends on all news of this turn, and on the microphone, which may
        // be gone.
        followMicrophone()
        feed { board, _, now in board.tick(at: now) }
        neighbourhood.wake(poller, at: now)
        feed { [neighbourhood] _, table, now in neighbourhood.tick(&table, at: now) }
        serveMailbox()
        links.preferAddresses(in: cores.table, at: now)
        for fault in history.tick(at: now) { tell(.historyFault, detail: fault) }
        while let list = history.nextList() {
            server.replyLate(.history(list), to: historians.removeFirst(), at: now)
        }
        if history.isLate(at: now) {
            let reply = Reply.failed(diskLateness.sentence)
            for caller in historians { server.replyLate(reply, to: caller, at: now) }
        }
        if let complaint = journal.tick(at: now) { tell(.hookFault, detail: complaint) }
        followPairing()
        followSite()
        followMessages()
        followRecordings()
        if let fd = homeAssistant?.tick(at: now) { try? poller.watch(fd, as: .homeAssistant) }
        followHomeAssistant()
        pairings.awaitWhatIsNext(at: now) { part, fd, events, isNew in
            // A stream that cannot be watched ends when its time is over.
            if isNew { try? poller.watch(fd, as: .pairing(part)) }
            poller.watch(fd, as: .pairing(part), for: events)
        }
        server.isPaused = settings.isReloading
        server.tick(at: now) { fd, place, events in
            poller.watch(fd, as: .caller(place), for: events)
        }
        endWhatNobodyHolds()
        devices.lines.updateRelays(at: now)
        devices.show(lampFacts, at: now)
    }

    private mutating func serve(_ source: Poller.Source) {
        switch source {
        case .handshakes: _ = takeHandshakes(areInitiations: false)
        case .initiations: areInitiationsWaiting = true
        case .media:
            rings.eventsWaiting.drain()
            takeRecords()
            takeEvents()
            if !rings.passedOnAnswers.isEmpty { _ = takeHandshakes(areInitiations: false) }
        case .signals: if poller.takeSignals() { reloadBySignal() }
        case .server:
            server.accept(at: now) { fd, place in
                // A caller that cannot be watched is closed as idle in a few seconds.
                try? poller.watch(fd, as: .caller(place))
            }
        case .neighbours: neighbourhood.hear(poller, at: now)
        // `turn` reads from them, watched or not, at least once a second.
        case .mailbox, .homeAssistant: break
        case .network:
            guard links.noteChanges() else { return }
            feed { [neighbourhood] _, table, now in
                // First, so that addresses seen on another network are not called from this one.
                neighbourhood.look(&table, at: now)
                table.hostMoved(at: now)
            }
            mailbox?.look()
        case .pairing(let part): pairings.serve(part, ownStation, at: now)
        case .caller(let place): serveCaller(place)
        }
    }

    private mutating func serveMailbox() {
        guard let mailbox else { return }
        if let (question, server) = mailbox.nextQuestion(at: now) {
            _ = links.socket.send(question.span, to: server)
        }
        let wall = wall
        let fd = feed { _, table, now in mailbox.tick(&table, wall: wall, at: now) }
        // A program that cannot be watched is served once a second.
        if let fd { try? poller.watch(fd, as: .mailbox) }
        while let call = mailbox.nextMissedCall() { publish(missedCall: call.peer, at: call.at) }
    }

    /// The earliest deadline of the owners.
    private var deadline: Instant? {
        let all: [Instant?] = [
            devices.deadline(at: now), cores.deadline, settings.deadline,
            links.resolver.deadline(at: now), history.deadline(at: now),
            journal.deadline(at: now), meters.deadline,
            reader.deadline(at: now), pairings.deadline(at: now), pairingButton.deadline,
            resetButton.deadline(at: now), links.intake.restsUntil, links.addressesDue,
            neighbourhood.deadline, site.deadline(at: now), mailbox?.deadline(at: now),
            messages.deadline(at: now), recordings.deadline(at: now), homeAssistant?.deadline,
        ]
        return all.compactMap { $0 }.min()
    }

    private mutating func everySecond() {
        if settings.owesReload { reloadBySignal() }
        followTraffic()
        followForwarding()
        followNetwork()
        followProbes()
        feed { [neighbourhood] _, table, now in neighbourhood.lookNowAndThen(&table, at: now) }
        followKeys()
        figures.update(directory.numbers, rings.traffic, at: now)
        let xruns = MachineNews.xruns(
            capture: rings.counters[.captureXruns], playback: rings.counters[.playbackXruns])
        feed { board, _, now in board.handle(xruns, at: now) }
        journal.tellSuppressed(at: now)
        followMixers()
        feed { board, _, now in board.secondPassed(at: now) }
        tickState()
        consent()
        health.look(rings.counters, at: now)
    }

    /// Closes the microphone, says goodbye to every peer and darkens the lamps, within a second.
    private mutating func sayGoodbye() {
        ServiceNotifier.stopping()
        pairings.cancel()
        neighbourhood.close(at: now)
        mailbox?.close()
        homeAssistant?.close()
        devices.close(config.paths, at: now)
        endSpokenMessage(because: "intercomd ends")
        replay.configure(keep: nil)
        rings.tell(.quiet)
        feed { board, _, now in board.stop(at: now) }
        feed { _, table, now in table.close(reason: .stopping, at: now) }
        let end = now + .milliseconds(500)
        while let deadline = cores.table.deadline, deadline < end {
            now = poller.pause(until: deadline, or: rings.eventsWaiting)
            feed { _, table, now in table.tick(at: now) }
        }
        rings.tell(.stop)
        while !health.hasStopped, now < end {
            let moment = min(now + .milliseconds(10), end)
            now = poller.pause(until: moment, or: rings.eventsWaiting)
            takeEvents()
        }
        takeReturns()
        // Programs that share a card leave it to each other when they close it.
        devices.cards.awaitClosing(within: .seconds(2))
        closeMessages()
        tell(.stopped)
        for fault in history.close(at: now, within: .seconds(3)) {
            tell(.historyFault, detail: fault)
        }
        if let fault = keeper.close(at: now, within: .seconds(3)) {
            tell(.stateFault, detail: fault)
        }
        // Last: a slow disk may cost a recording its end, but no saved state.
        takePackets()
        recordings.close(within: .seconds(3), wall: wall)
        journal.close()
    }
}

/// The sessions with peers, and the switchboard over them.
///
/// Everybody may read them. Only `feed` changes them, and it then carries out all their orders.
struct Cores: ~Copyable {
    /// An order of the switchboard or an action of the sessions.
    enum Next: ~Copyable {
        case order(Order)
        case action(SessionAction)
    }

    private(set) var table: PeerTable
    private(set) var switchboard: Switchboard
    /// Whether orders and actions are being carried out.
    private var isDraining = false

    init(_ table: consuming PeerTable, _ switchboard: consuming Switchboard) {
        self.table = table
        self.switchboard = switchboard
    }

    /// The next time at which the cores need time to pass; nil means never.
    var deadline: Instant? {
        [table.deadline, switchboard.deadline].compactMap { $0 }.min()
    }

    /// Returns the next task; nil when there is none.
    private mutating func nextTask() -> Next? {
        if let order = switchboard.nextDecision() { return .order(order) }
        if let action = table.nextAction() { return .action(action) }
        if let order = switchboard.nextOrder() { return .order(order) }
        return nil
    }

    fileprivate mutating func take<R>(
        at now: Instant, _ body: (inout Switchboard, inout PeerTable, Instant) -> R
    ) -> R {
        body(&switchboard, &table, now)
    }

    /// Begins to drain the cores; false while that is under way.
    fileprivate mutating func beginDraining() -> Bool {
        guard !isDraining else { return false }
        isDraining = true
        return true
    }

    /// Returns the next task; without one, ends the draining.
    fileprivate mutating func drain() -> Next? {
        if let task = nextTask() { return task }
        isDraining = false
        return nil
    }
}

/// The owner of the cores, which carries out their tasks.
protocol CoresOwner: ~Copyable {
    var cores: Cores { get set }
    var now: Instant { get }
    mutating func perform(_ order: Order)
    mutating func enact(_ action: consuming SessionAction)
}

extension CoresOwner where Self: ~Copyable {
    /// Changes the cores, and carries out their tasks: the one door to them.
    ///
    /// The order of tasks:
    ///
    /// 1. The decisions of the switchboard, oldest first. They follow from events, so people hear
    ///    of them before anything new begins: a peer's end is reported before its next handshake.
    /// 2. The actions of the sessions, one at a time, each followed by new decisions.
    /// 3. The records to other stations. A session that exists by then takes them along.
    ///
    /// A task may feed the cores again. The new tasks wait for their turn in the draining that is
    /// under way, so each task ends before the next one begins. When the outermost `feed` returns,
    /// nothing waits.
    ///
    /// - Parameter body: Gets the switchboard, the sessions and the time.
    /// - Returns: The result of the body.
    @discardableResult
    mutating func feed<R>(
        _ body: (inout Switchboard, inout PeerTable, Instant) -> R
    ) -> R {
        let result = cores.take(at: now, body)
        if cores.beginDraining() { drain() }
        return result
    }

    /// Carries out tasks until the cores have none.
    ///
    /// A function of its own: its frame is large, and would be part of the frame of each caller of
    /// `feed`.
    @inline(never)
    private mutating func drain() {
        while let task = cores.drain() {
            switch consume task {
            case .order(let order): perform(order)
            case .action(let action): enact(action)
            }
        }
    }
}
