internal import Config
internal import Session
internal import Station
internal import Time

/// What the control thread has been told, for `status`, lamps and the journal.
struct StationView {
    enum Reach: Equatable { case up, stale, down }

    /// For each talk target, since when the microphone is open for it.
    var talkingSince: [Instant?]
    /// For each peer, what is heard of it: the streams that sound now, as bits.
    var sounding: [UInt32]
    var soundingSince: [Instant?]
    /// For each peer, what each of its streams means here.
    var hearings: [[Hearing]]
    var reach: [Reach]
    var resolverProblems: [String?]
    /// Whether the names among the peer's addresses have been found once.
    var isResolved: [Bool]
    /// Handshake datagrams dropped, by `Drop.counter`.
    var handshakeDrops = [Int](repeating: 0, count: Drop.names.count)
    /// Handshake datagrams the network refused to take.
    var handshakesUnsent = 0
    /// Lines that neither the journal nor standard error took.
    var journalLost = 0
    var nextUnknownKey = Instant(nanoseconds: .min)
    /// Xruns of microphone and speaker that have been told.
    var xruns: (UInt64, UInt64) = (0, 0)
    /// The card woke the loop for nothing; the timer has taken over.
    var isMasterStalled = false
    /// The card that is suspended or stands still.
    var asleep: ClockMaster.Source?
    var hasStopped = false
    /// Sessions to be erased that the media loop could not be told of yet.
    var dropsOwed: [(peer: Int, index: UInt32)] = []

    init(_ config: Config, _ routing: Routing) {
        let peers = config.peers.count
        talkingSince = Array(repeating: nil, count: routing.targets.count)
        sounding = Array(repeating: 0, count: peers)
        soundingSince = Array(repeating: nil, count: peers)
        hearings = Array(repeating: Array(repeating: .unbound, count: 32), count: peers)
        reach = Array(repeating: .down, count: peers)
        resolverProblems = Array(repeating: nil, count: peers)
        isResolved = Array(repeating: false, count: peers)
    }

    var isTalking: Bool { talkingSince.contains { $0 != nil } }
    var isReceiving: Bool { sounding.contains { $0 != 0 } }
}
