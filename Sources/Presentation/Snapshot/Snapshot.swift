package import Audio
package import Config
package import Control
package import Crypto
package import HAL
package import Media
package import Peering
package import Station
package import Time

/// All that a station can say of itself at one moment, copied from those that own it.
///
/// It holds no device, no ring and no session, so describing a station cannot change it. It is a
/// class because copies of so many facts would make the stack deep.
///
/// - `Snapshot+Status` is what `intercomctl status` shows, `Snapshot+Peers` what it shows of peers,
/// - `Snapshot+Problems` and `Snapshot+Notes` are what a person should mend, or might want to know,
/// - `Snapshot+Hindrances` and `Snapshot+PastHindrances` are what keeps voices from being heard,
/// - `Snapshot+Complaints` is why peers are down,
/// - `Snapshot+Cards`, `Snapshot+Levels` and `Snapshot+Latency` are of microphone and speaker,
/// - `Snapshot+Lines` is of buttons, lamps and relays, `Snapshot+Calls` of calls and policies,
/// - `Snapshot+Overload` is of processor and network, `Snapshot+Counters` has all counters,
/// - `Snapshot+Event` tells of what happened to peers, network, cards and processor.
package final class Snapshot {
    package let now: Instant
    package let startedAt: Instant

    // The settings that hold, and the numbers that they are known by.
    package let config: Config
    package let roster: PeerDirectory
    package let routing: Routing
    /// What the media loop was told of them.
    package let plan: MediaPlan
    package var files = Files()

    // What was decided, and what a person has set.
    package let switchboard: Switchboard
    /// Whether quiet hours are on is in it as well.
    package var state = SavedState()
    /// The site, and what peers show of theirs.
    package var site = SiteStatus()
    package var pairing = PairingStatus()
    /// What own talk is judged by.
    package var surroundings = Surroundings()
    /// Since when the microphone is open, for each talk target it is open for, by `id`.
    package var talkingSince: [Int: Instant] = [:]
    /// Whether people here are told by a beep or a lamp that somebody listens.
    package var tellsOfListeners = true
    /// The call that ended last.
    package var lastEnded: HistoryRecord?

    // The devices.
    package var input = Card()
    package var output = Card()
    package var keys: [Key] = []
    package var lamps: [Lamp] = []
    package var relays: [Relay] = []
    /// The control of the speaker's card that lets nothing through; nil where none does.
    package var silentSpeaker: CardControl?
    /// That of the microphone's card.
    package var silentMicrophone: CardControl?
    /// The volumes that the media loop was given last.
    package var toldVolumes = MediaVolumes()
    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    package var soundClock: PCMClock?
    /// Why they did not when both were open last.
    package var clocksApart: String?
    /// Whether the microphone's card moves sound now.
    package var isCapturing = false
    /// What may be shown of the microphone while it is closed: its level some time ago.
    package var closedMicrophone = (reading: LevelMeter().reading, clips: UInt64(0))

    // Peers and the network.
    package let ownKey: PublicKey
    package var network = Network()
    /// By number, those that have left as well.
    package var peers: [Peer]
    /// Callers that are no peers, newest first.
    package var strangers: [Stranger] = []
    package var floods = Floods()
    /// The last caller that used this station's own key; nil when there was none lately.
    package var ownKeyCaller: UnknownCaller?

    // The program.
    package var isRealtime = true
    /// Whether suite 1 is fast and constant in time here (protocol.md §1.8).
    package var usesAES = true
    /// The media loop has not turned for a second.
    package var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    package var memoryProblem: String?
    /// What cannot be written, and why.
    package var fileProblems: [String] = []
    /// The media loop's counters and gauges.
    package var media = Readings<MediaCount>()
    package var totals = Totals()

    /// What has a default is set afterwards.
    package init(
        of config: Config, _ roster: PeerDirectory, _ routing: Routing, _ plan: MediaPlan,
        _ switchboard: Switchboard, key ownKey: PublicKey, startedAt: Instant, at now: Instant
    ) {
        (self.config, self.roster, self.routing, self.plan) = (config, roster, routing, plan)
        (self.switchboard, self.ownKey) = (switchboard, ownKey)
        (self.startedAt, self.now) = (startedAt, now)
        peers = [Peer](repeating: Peer(), count: roster.numbersEnd)
    }

    package var station: Station { switchboard.station }

    /// Where the settings are from.
    package struct Files {
        package var folder = ""
        /// The folder has no settings yet.
        package var isUnconfigured = false
        /// Settings in the files that only a restart applies.
        package var awaitsRestart: [String] = []

        package init() {}
    }

    /// What this machine's network is, for peers.
    package struct Network {
        /// The addresses of this machine.
        package var ownHosts: Set<String> = []
        /// Whether peers are looked for on a LAN now.
        package var isSearched = false
        /// Why they cannot be.
        package var searchProblem: String?

        package init() {}
    }

    /// Whether the microphone is open for anybody.
    package var isTalking: Bool { !talkingSince.isEmpty }

    /// What is done about the echo, and why.
    package var handsFree: HandsFree { HandsFree(config.audio, clocksApart: clocksApart) }
}
