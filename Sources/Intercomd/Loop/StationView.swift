internal import Audio
internal import Control
internal import HAL
internal import Media
internal import Presentation
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
    }

    /// Since when the microphone is open, for each talk target it is open for, by `id`.
    var talkingSince: [Int: Instant] = [:]
    /// By number.
    var peers = [Peer](repeating: Peer(), count: Roster.capacity)

    var isTalking: Bool { !talkingSince.isEmpty }
    var isReceiving: Bool { peers.contains { $0.sounding != 0 } }
}
