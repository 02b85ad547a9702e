internal import HAL
internal import Time

/// What wakes the control loop: descriptors, signals, and a timer for the next deadline.
struct Poller: ~Copyable {
    /// The sources of work for the control loop.
    enum Source: Equatable {
        /// An answer to a handshake of this station has arrived.
        case handshakes
        /// Another station begins a handshake.
        case initiations
        /// The media loop tells something.
        case media
        case signals
        /// Somebody connects to the local socket.
        case server
        /// The kernel has changed this machine's network.
        case network
        /// The port or the stream of a pairing.
        case pairing(PairingPort.Part)
        /// Another machine on the LAN says something to all.
        case neighbours
        /// The program that is connected to the broker.
        case mailbox
        /// A program on the local socket, by its place.
        case caller(Int)

        private static let firstCaller: UInt32 = 64

        fileprivate var token: UInt32 {
            switch self {
            case .handshakes: 0
            case .media: 1
            case .signals: 2
            case .server: 3
            case .network: 6
            case .initiations: 7
            case .pairing(.port): 8
            case .pairing(.stream): 9
            case .neighbours: 10
            case .mailbox: 11
            case .caller(let place): Self.firstCaller + UInt32(place)
            }
        }

        /// Nil for the timer, which has done its work when it fires.
        fileprivate init?(token: UInt32) {
            switch token {
            case 0: self = .handshakes
            case 1: self = .media
            case 2: self = .signals
            case 3: self = .server
            case 6: self = .network
            case 7: self = .initiations
            case 8: self = .pairing(.port)
            case 9: self = .pairing(.stream)
            case 10: self = .neighbours
            case 11: self = .mailbox
            case Self.firstCaller...: self = .caller(Int(token - Self.firstCaller))
            default: return nil
            }
        }
    }

    private static let timerToken: UInt32 = 5

    private var loop: EventLoop
    private let timer: Timer
    private let signals: Signals
    /// What the last wait found, and how much of it was taken.
    private var ready = 0
    private var taken = 0
    /// When the next second begins.
    private var nextSecond: Instant
    /// A signal has asked for the end.
    private(set) var isStopping = false

    init(_ signals: consuming Signals, startedAt: Instant) throws(SystemError) {
        // What can fail first, on locals: a noncopyable value is made whole or not at all.
        let loop = try EventLoop()
        let timer = try Timer()
        try loop.add(fd: timer.fd, token: Self.timerToken)
        try loop.add(fd: signals.fd, token: Source.signals.token)
        self.loop = loop
        self.timer = timer
        self.signals = signals
        nextSecond = startedAt
    }

    /// A descriptor wakes the loop from now on when it is readable.
    borrowing func watch(_ fd: Int32, as source: Source) throws(SystemError) {
        try loop.add(fd: fd, token: source.token)
    }

    /// These events of a watched descriptor wake the loop from now on.
    borrowing func watch(_ fd: Int32, as source: Source, for events: UInt32) {
        try? loop.modify(fd: fd, events: events, token: source.token)
    }

    /// Waits until somebody has something, or a deadline; a second at most.
    ///
    /// - Returns: The time.
    mutating func wait(until deadline: Instant?, since now: Instant) -> Instant {
        let first = min(deadline ?? nextSecond, nextSecond)
        // A deadline that keeps lying in the past must not make the loop spin.
        timer.arm(at: max(first, now + .milliseconds(1)))
        ready = loop.wait(until: nil)
        taken = 0
        return Clock.now()
    }

    /// The next one of those that have something; nil when there are no more.
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

    /// Takes the signals that have come.
    ///
    /// - Returns: Whether one asks for the settings to be read again.
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

    /// Waits for what the media loop tells alone, and no longer than until then.
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
            // What else there is to do waits, and must not keep the processor busy meanwhile.
            Clock.sleep(.milliseconds(1))
        }
    }
}
