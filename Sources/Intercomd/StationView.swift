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
    /// What is known of one peer.
    struct Peer {
        /// What is heard of it: the streams that sound now, as bits.
        var sounding: UInt32 = 0
        var soundingSince: Instant?
        /// What each of its streams means here.
        var hearings = [Hearing](repeating: .unbound, count: 32)
        /// The last value of each of `hearings` that let it be heard; a page ends as `.ignored`.
        var formerHearings = [Hearing](repeating: .unbound, count: 32)
        /// A look whether anybody listens where it should be, while it is down.
        var probe: (probe: UDPProbe, endpoint: Endpoint)?
        /// Bytes a second, and sound made up.
        var figures = PeerFigures()
    }

    /// Since when the microphone is open, for each talk target it is open for, by `id`.
    var talkingSince: [Int: Instant] = [:]
    /// The call that ended last, as the history has it.
    var lastEnded: HistoryRecord?
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
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    /// The control of the speaker's card that lets nothing through; nil where none does.
    var silentSpeaker: CardControl?
    /// That of the microphone's card.
    var silentMicrophone: CardControl?
    var hasStopped = false

    var isTalking: Bool { !talkingSince.isEmpty }
    var isReceiving: Bool { peers.contains { $0.sounding != 0 } }
}
