internal import Crypto
internal import HAL
internal import Realtime

/// When the media loop reads one of its sockets: as datagrams come, or before the next block.
///
/// Each wake costs more than what is done with the datagram. With several talkers they come more
/// often than blocks are due, so they stay in the kernel until one is, and cost it one call. A
/// flood is left alone, too, when it has cost too much of a period.
struct Intake {
    /// How much of the loop a socket's datagrams may have.
    struct Bounds {
        /// Datagrams taken in one turn at most, so that a flood cannot hold up the sound.
        let perTurn: Int
        /// Datagrams of one period that are no flood.
        let calm: Int
        /// Beyond them, the part of a period: one in so many.
        let part: Int64

        /// Every peer's are calm, and as many again.
        static let data = Bounds(perTurn: 64, calm: 64, part: 2)
        /// They wait for all others, and cost a quarter of what those may.
        ///
        /// A peer on its way to another address sends a few in a period.
        static let strays = Bounds(perTurn: DatagramInbox.capacity, calm: 1, part: 8)
    }

    /// With so many voices datagrams come as often as blocks are due.
    private static let severalVoices = 2
    /// In a longer period, datagrams left in the kernel would look like a queue in the network.
    private static let periodMost: Int64 = 10_000_000

    let bounds: Bounds
    /// Processor time in ns they may take of a period before they are left alone.
    var busyMax: Int64 = 0
    /// Whether a period is short enough for datagrams to stay in the kernel so long.
    private var isShort = false
    /// Datagrams taken since the card or the timer woke the loop last.
    private var arrivals = 0
    /// More than talkers send: each datagram is to find the loop awake for the rest of the period.
    private var hasMany = false
    /// The loop's processor time when this period's datagrams reached `bounds.calm`.
    private var busyFrom: Int64 = 0
    /// They have taken too much of the period.
    private(set) var isFlooded = false
    /// Datagrams stay in the kernel until the next turn of the card or the timer.
    private(set) var isGathering = false
    /// Whether the socket wakes the loop.
    private var wakes = true

    /// - Parameters:
    ///   - bounds: The socket's.
    ///   - period: How often the card wakes the loop, in ns.
    init(_ bounds: Bounds = .data, period: Int64) {
        self.bounds = bounds
        adopt(period: period)
    }

    /// The period is another from now on.
    mutating func adopt(period: Int64) {
        busyMax = period / bounds.part
        isShort = period <= Self.periodMost
    }

    /// Counts datagrams of one turn; the kernel is asked for the time when they are many.
    mutating func note(arrivals count: Int) {
        let before = arrivals
        arrivals += count
        if count >= bounds.perTurn { (hasMany, isGathering) = (true, false) }
        guard arrivals >= bounds.calm else { return }
        let busy = Clock.threadNanoseconds()
        if before < bounds.calm { busyFrom = busy }
        isFlooded = busy - busyFrom >= busyMax
    }

    /// The card or the timer has woken the loop.
    mutating func beginPeriod() { (arrivals, hasMany, isFlooded) = (0, false, false) }

    /// Notes how many voices sound in the block that was mixed.
    mutating func mixed(voices: Int) {
        isGathering = isShort && voices >= Self.severalVoices && !hasMany
    }

    /// No block was due when it should have been: the next turn may be far away.
    mutating func missedBlock() { isGathering = false }

    /// Whether the socket is to wake the loop from now on; nil where nothing changes.
    mutating func newWaking() -> Bool? {
        let isWanted = !isFlooded && !isGathering
        guard isWanted != wakes else { return nil }
        wakes = isWanted
        return isWanted
    }
}

/// Which peer each session belongs to.
///
/// A table by the low bits of the index gives a peer to ask first, and no more: indices are random,
/// so two sessions may share an entry, and an old one may still be there. The peer's own key slots
/// say whether the session is its.
struct SessionOwners: ~Copyable {
    private static let count = 64

    private var last = FixedArray<Int>(count: count) { _ in 0 }
    /// No peer of this number or a higher one has had a session yet.
    private var end = 0

    /// This peer has a session.
    mutating func note(_ peer: Int) { end = max(end, peer + 1) }

    /// The peer whose session this is, nil for a foreign one.
    mutating func owner(of index: UInt32, among peers: inout GrowingArray<MediaPeer>) -> Int? {
        let place = Int(index) & (Self.count - 1)
        let found = last[place]
        if found < end, peers[found].keySlots.owns(index: index) { return found }
        for peer in 0..<end where peers[peer].keySlots.owns(index: index) {
            last[place] = peer
            return peer
        }
        return nil
    }
}
