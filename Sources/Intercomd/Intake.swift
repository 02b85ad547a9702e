internal import HAL
internal import Time

/// When the media loop reads its socket: as datagrams come, or before the next block.
///
/// Each wake costs more than what is done with the datagram. With several talkers they come more
/// often than blocks are due, so they wait in the kernel until one is, and cost it one call. A
/// flood is left alone, too, when it has cost too much of a period.
struct Intake {
    /// Datagrams taken in one turn at most, so that a flood cannot hold up the sound.
    static let turnMax = 64
    /// Datagrams of one period that are no flood: every peer's, and as many again.
    private static let calm = 64
    /// With so many voices datagrams come as often as blocks are due.
    private static let voicesLeft = 2

    /// Processor time in ns they may take of a period before they are left alone.
    var busyMax: Int64
    /// Datagrams taken since the card or the timer woke the loop last.
    private var arrivals = 0
    /// The loop's processor time when those became more than peers at talk send.
    private var busyFrom: Int64 = 0
    /// They have taken that much.
    private(set) var isFlooded = false
    /// Datagrams are left to the next turn of the card or the timer.
    private(set) var waitsForTurn = false
    /// Whether the socket wakes the loop.
    private var wakes = true

    init(busyMax: Int64) { self.busyMax = busyMax }

    /// Counts datagrams of one turn; the kernel is asked for the time when they are many.
    mutating func take(_ count: Int) {
        let before = arrivals
        arrivals += count
        // More than talkers send: each of them is to find the loop awake.
        if count >= Self.turnMax { waitsForTurn = false }
        guard arrivals >= Self.calm else { return }
        let busy = Clock.threadNanoseconds()
        if before < Self.calm { busyFrom = busy }
        isFlooded = busy - busyFrom >= busyMax
    }

    /// The card or the timer has woken the loop.
    mutating func beginPeriod() {
        arrivals = 0
        isFlooded = false
    }

    /// So many voices sound in the block that was mixed.
    mutating func mixed(voices: Int) { waitsForTurn = voices >= Self.voicesLeft }

    /// Whether the socket is to wake the loop from now on; nil where nothing changes.
    mutating func newWaking() -> Bool? {
        let isWanted = !isFlooded && !waitsForTurn
        guard isWanted != wakes else { return nil }
        wakes = isWanted
        return isWanted
    }
}
