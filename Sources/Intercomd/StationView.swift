internal import Audio
internal import Control
internal import HAL
internal import Media
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What the control thread has been told, for `status`, lamps and the journal.
struct StationView {
    enum Reach: Equatable { case up, stale, down }

    /// What is known of one peer.
    struct Peer {
        /// What is heard of it: the streams that sound now, as bits.
        var sounding: UInt32 = 0
        var soundingSince: Instant?
        /// What each of its streams means here.
        var hearings = [Hearing](repeating: .unbound, count: 32)
        /// The last value of each of `hearings` that let it be heard; a page ends as `.ignored`.
        var formerHearings = [Hearing](repeating: .unbound, count: 32)
        var reach = Reach.down
        /// A look whether anybody listens where it should be, while it is down.
        var probe: (probe: UDPProbe, endpoint: Endpoint, sentAt: Instant)?
        /// Whether it was told that two stations use its key.
        var isKeyShared = false
        /// Why its name was not found.
        var resolverProblem: String?
        /// Whether the names among its addresses have been found once.
        var isResolved = false
        /// Its addresses are others than before: where its session found it may lead nowhere.
        var hasMoved = false
        /// It said last that it does not hear us.
        var isDeaf = false
        /// The media loop knows that it may not hear us.
        var isDoubted = false
        /// What it has heard of our last talkspurt; nil before there was one.
        var lastWords: LastTalk?
        /// How much of each of our streams it has played, from its reports.
        var played = [PlayedSum](repeating: PlayedSum(), count: 32)
        /// It was added while this station ran, and has had no session yet.
        var isAdded = false

        /// A session with it begins: both count from 0 where either has started again.
        ///
        /// One that was added here may have known this station before, and count on.
        mutating func cameUp(isNewBoot: Bool) {
            for stream in played.indices {
                if isNewBoot, !isAdded { played[stream].begin() } else { played[stream].forget() }
            }
            isAdded = false
        }

        /// Bytes a second, and sound made up.
        var figures = PeerFigures()
        /// When its silence last had us ask whether it still has our session.
        var doubtedAt: Instant?
    }

    /// Since when the microphone is open, for each talk target it is open for, by `id`.
    var talkingSince: [Int: Instant] = [:]
    /// Whom the page from the microphone is for.
    var pagedTo: String?
    /// The caller that asked for the page, and stays while it lasts.
    var pager: CallerTicket?
    /// What was heard of the page under way where its microphone went before its end.
    var pageOutcome: [HeardBy] = []
    /// Callers whose page is over, until its listeners have said what they heard of it.
    var pageWaiters: [(caller: CallerTicket, spurt: Int, text: String)] = []
    /// The daemon is being stopped.
    var isLeaving = false
    /// The call that ended last, as the history has it.
    var lastEnded: HistoryRecord?
    /// Talkspurts of this station whose listeners still report.
    var spurts: [OwnSpurt] = []
    var spurtsBegun = 0
    /// By number.
    var peers = [Peer](repeating: Peer(), count: Roster.capacity)
    /// What peers have counted whose number is another's now, or who have left.
    var packetsBefore: (sent: UInt64, opened: UInt64) = (0, 0)
    var handshakesBefore: UInt64 = 0
    /// Handshake datagrams dropped, by `Drop.counter`.
    var handshakeDrops = [Int](repeating: 0, count: Drop.names.count)
    /// Handshake datagrams the network refused to take.
    var handshakesUnsent = 0
    /// Lines that neither the journal nor standard error took.
    var journalLost = 0
    var nextUnknownKey = Instant(nanoseconds: .min)
    /// What is wrong with this machine's network, and when to look again.
    var networkFault: NetworkFault?
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    var nextNetworkLook = Instant(nanoseconds: .min)
    /// When peers that are wanted and not there are tried next.
    var nextSought = Instant(nanoseconds: .min)
    /// Xruns of microphone and speaker that have been told.
    var xruns: (UInt64, UInt64) = (0, 0)
    /// The card woke the loop for nothing; the timer has taken over.
    var isMasterStalled = false
    /// Streams that are open, or were just now, and stand still.
    var still = StillStreams()
    /// What is left out because the processor cannot keep up.
    var shed = LoadShedding.Step.none
    /// The control of the speaker's card that lets nothing through; nil where none does.
    var silentSpeaker: CardControl?
    /// That of the microphone's card.
    var silentMicrophone: CardControl?
    /// Why the microphone gave nothing when that was looked at last.
    var silence: HeardBy.Reason?
    /// When the speaker was open last; nil before it was.
    var speakerSeen: Instant?
    var hasStopped = false

    var isTalking: Bool { !talkingSince.isEmpty }
    var isReceiving: Bool { peers.contains { $0.sounding != 0 } }
}
