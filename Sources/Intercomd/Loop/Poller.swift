internal import HAL
internal import Peering
internal import Station
internal import Time

/// The sources that wake the control loop: descriptors, signals, and a timer for the next deadline.
struct Poller: ~Copyable {
    /// The sources of work for the control loop.
    enum Source: Equatable {
        /// An answer to a handshake of this station has arrived.
        case handshakes
        /// Another station begins a handshake.
        case initiations
        /// The media loop has news.
        case media
        case signals
        /// A program connects to the local socket.
        case server
        /// The kernel has changed this machine's network.
        case network
        /// The port or the stream of a pairing.
        case pairing(PairingPort.Part)
        /// Another machine on the LAN sends to all.
        case neighbours
        /// The program that is connected to the broker.
        case mailbox
        /// A program on the local socket, by its place.
        case caller(Int)

        /// All but the callers; the place is the token of each source.
        private static let fixed: [Source] = [
            .handshakes, .initiations, .media, .signals, .server, .network, .pairing(.port),
            .pairing(.stream), .neighbours, .mailbox,
        ]
        private static let firstCaller = 64

        fileprivate var token: UInt32 {
            if case .caller(let place) = self { return UInt32(Self.firstCaller + place) }
            guard let place = Self.fixed.firstIndex(of: self) else {
                preconditionFailure("a source without a token is never served")
            }
            return UInt32(place)
        }

        /// Nil for the timer, which has done its work when it fires.
        fileprivate init?(token: UInt32) {
            let place = Int(token)
            if place >= Self.firstCaller {
                self = .caller(place - Self.firstCaller)
            } else if Self.fixed.indices.contains(place) {
                self = Self.fixed[place]
            } else {
                return nil
            }
        }
    }

    private static let timerToken: UInt32 = 63

    private var loop: EventLoop
    private let timer: Timer
    private let signals: Signals
    /// The number of sources that the last wait found; below, the number taken.
    private var ready = 0
    private var taken = 0
    /// The time at which the next second begins.
    private var nextSecond: Instant
    /// Whether a signal has asked for the end.
    private(set) var isStopping = false

    init(_ signals: consuming Signals, startedAt: Instant) throws(SystemError) {
        // Steps that can fail come first, on locals: a noncopyable value is made whole or not at
        // all.
        let loop = try EventLoop()
        let timer = try Timer()
        try loop.add(fd: timer.fd, token: Self.timerToken)
        try loop.add(fd: signals.fd, token: Source.signals.token)
        self.loop = loop
        self.timer = timer
        self.signals = signals
        nextSecond = startedAt
    }

    /// Lets a descriptor wake the loop when it is readable.
    borrowing func watch(_ fd: Int32, as source: Source) throws(SystemError) {
        try loop.add(fd: fd, token: source.token)
    }

    /// Sets the events of a watched descriptor that wake the loop.
    borrowing func watch(_ fd: Int32, as source: Source, for events: UInt32) {
        try? loop.modify(fd: fd, events: events, token: source.token)
    }

    /// Waits until a source or a deadline is ready, for a second at most.
    ///
    /// - Returns: The time.
    mutating func wait(until deadline: Instant?, since now: Instant) -> Instant {
        let first = min(deadline ?? nextSecond, nextSecond)
        // A deadline that stays in the past must not make the loop spin.
        timer.arm(at: max(first, now + .milliseconds(1)))
        ready = loop.wait(until: nil)
        taken = 0
        return Clock.now()
    }

    /// Returns the next ready source; nil when there are no more.
    mutating func next() -> Source? {
        while taken < ready {
            let token = loop[taken].token
            taken += 1
            if let source = Source(token: token) { return source }
            timer.drain()
        }
        return nil
    }

    /// Whether another second has begun.
    mutating func beginsSecond(at now: Instant) -> Bool {
        guard now >= nextSecond else { return false }
        nextSecond = now + .seconds(1)
        return true
    }

    /// Takes the signals that have arrived.
    ///
    /// - Returns: Whether a signal asks for a reload.
    mutating func takeSignals() -> Bool {
        var hasHangup = false
        while let signal = signals.next() {
            switch signal {
            case .terminate, .interrupt, .quit: isStopping = true
            case .hangup: hasHangup = true
            }
        }
        return hasHangup
    }

    /// Waits for the media loop alone, until this moment at most.
    ///
    /// - Returns: The time.
    mutating func pause(until moment: Instant, or events: borrowing EventSignal) -> Instant {
        timer.arm(at: moment)
        while true {
            ready = loop.wait(until: moment)
            taken = 0
            let now = Clock.now()
            var isOver = now >= moment || ready == 0
            while let source = next() {
                guard source == .media else { continue }
                events.drain()
                isOver = true
            }
            guard !isOver else { return now }
            // Other work waits, and must not keep the processor busy meanwhile.
            Clock.sleep(.milliseconds(1))
        }
    }
}

/// The sessions with peers, and the switchboard over them.
///
/// Everybody may read them. Only `CoresOwner.feed` changes them, and it then carries out all their
/// orders.
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
    mutating func perform(_ action: consuming SessionAction)
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
    /// - Returns: What the body returned.
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
            case .action(let action): perform(action)
            }
        }
    }
}
