internal import HAL
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
        /// The program that is connected to the broker of Home Assistant.
        case homeAssistant
        /// A program on the local socket, by its place.
        case caller(Int)

        /// All but the callers; the place is the token of each source.
        private static let fixed: [Source] = [
            .handshakes, .initiations, .media, .signals, .server, .network, .pairing(.port),
            .pairing(.stream), .neighbours, .mailbox, .homeAssistant,
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
