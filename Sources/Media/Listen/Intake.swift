internal import HAL

/// When the media loop reads one of its sockets: as datagrams come, or before the next block.
///
/// Each wake costs more than the work on one datagram. With several talkers, datagrams come more
/// often than blocks are due: they then stay in the kernel until the next block, and one call takes
/// them all. The loop also leaves a flood in the kernel, once the flood has cost too much of a
/// period.
struct Intake {
    /// The share of the loop that a socket's datagrams may take.
    struct Bounds {
        /// Datagrams taken in one turn at most, so that a flood cannot delay the sound.
        let perTurn: Int
        /// Datagrams of one period that are no flood.
        let calm: Int
        /// The part of a period that datagrams beyond `calm` may take: one in so many.
        let part: Int64

        /// A calm period has at most two datagrams from each peer.
        static let data = Bounds(perTurn: 64, calm: 64, part: 2)
        /// Datagrams from unknown addresses come last, and may cost a quarter of what `data` may.
        ///
        /// A peer that moves to another address sends a few in a period.
        static let strays = Bounds(perTurn: DatagramInbox.capacity, calm: 1, part: 8)
    }

    /// With so many voices datagrams come as often as blocks are due.
    private static let severalVoices = 2
    /// In a longer period, datagrams left in the kernel would look like a queue in the network.
    private static let periodMost: Int64 = 10_000_000

    let bounds: Bounds
    /// Processor time in ns that datagrams may take of a period before they stay in the kernel.
    var busyMax: Int64 = 0
    /// Whether a period is short enough for datagrams to wait in the kernel.
    private var isShort = false
    /// Datagrams taken since the card or the timer woke the loop last.
    private var arrivals = 0
    /// Whether one turn brought more than talkers send: then none wait for the rest of the period.
    private var hasMany = false
    /// The loop's processor time when this period's datagrams reached `bounds.calm`.
    private var busyFrom: Int64 = 0
    /// Whether datagrams have taken too much of the period.
    private(set) var isFlooded = false
    /// Whether datagrams stay in the kernel until the next turn of the card or the timer.
    private(set) var isGathering = false
    /// Whether the socket wakes the loop.
    private var wakes = true

    /// - Parameters:
    ///   - bounds: The bounds of this socket.
    ///   - period: How often the card wakes the loop, in ns.
    init(_ bounds: Bounds = .data, period: Int64) {
        self.bounds = bounds
        adopt(period: period)
    }

    /// Sets the period.
    mutating func adopt(period: Int64) {
        busyMax = period / bounds.part
        isShort = period <= Self.periodMost
    }

    /// Counts the datagrams of one turn; from `bounds.calm` on, also reads the processor time.
    mutating func note(arrivals count: Int) {
        let before = arrivals
        arrivals += count
        if count >= bounds.perTurn { (hasMany, isGathering) = (true, false) }
        guard arrivals >= bounds.calm else { return }
        let busy = Clock.threadNanoseconds()
        if before < bounds.calm { busyFrom = busy }
        isFlooded = busy - busyFrom >= busyMax
    }

    /// Begins a period: the card or the timer has woken the loop.
    mutating func beginPeriod() { (arrivals, hasMany, isFlooded) = (0, false, false) }

    /// Notes how many voices sound in the block that was mixed.
    mutating func mixed(voices: Int) {
        isGathering = isShort && voices >= Self.severalVoices && !hasMany
    }

    /// Notes that no block was due: the next turn may be far away.
    mutating func missedBlock() { isGathering = false }

    /// Whether the socket is to wake the loop from now on; nil where nothing changes.
    mutating func newWaking() -> Bool? {
        let isWanted = !isFlooded && !isGathering
        guard isWanted != wakes else { return nil }
        wakes = isWanted
        return isWanted
    }
}
