internal import Audio
internal import Config
internal import Crypto
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The state of a station at one moment, copied from its owners.
///
/// A snapshot holds no device, no ring and no session, so describing a station cannot change it. It
/// is a class because copies of so many facts would make the stack deep.
///
/// - `status` below answers `intercomctl status`; `Snapshot+Peers` adds peers and levels,
/// - `Snapshot+Complaints` and `Snapshot+Notes` list faults to mend, with the reasons why peers are
///   down, and useful news,
/// - `Snapshot+Hindrances` lists present and past obstacles to voices,
/// - `Snapshot+Calls` describes calls and policies, cards, buttons, lamps and relays,
/// - `Snapshot+Overload` describes the processor.
final class Snapshot {
    let now: Instant
    var facts: ControlLoop.Facts

    // The settings in use, with the numbers of peers and channels.
    let config: Config
    let directory: PeerDirectory
    let routing: Routing
    /// The part of the settings that the media loop was given.
    let plan: MediaPlan
    /// Whether the folder has no settings yet.
    var isUnconfigured = false
    /// Settings in the files that only a restart applies.
    var awaitsRestart: [String] = []

    // Decisions, and the state that a person has set.
    var switchboard: Switchboard
    /// The saved state, with quiet hours.
    var state = SavedState()
    /// The site, and the sites that peers offer.
    var site = SiteStatus()
    /// The note on stations that the site has taken out or introduced lately.
    var siteNote: Fault?
    var broker: Status.Broker?
    var homeAssistant: Status.Broker?
    var pairing = PairingStatus()
    /// The time at which each open talk target opened the microphone, by `id`.
    var talkingSince: [Int: Instant] = [:]
    /// The call that ended last.
    var lastEnded: HistoryRecord?

    // The devices.
    var input = Cards.Side(direction: .capture)
    var output = Cards.Side(direction: .playback)
    var keys: [Lines.Key] = []
    var lamps: [Status.Lamp] = []
    var relays: [Status.Relay] = []
    /// The control of the speaker's card that blocks all sound; nil where none does.
    var silentSpeaker: CardControl?
    /// The control of the microphone's card that blocks all sound.
    var silentMicrophone: CardControl?
    /// The volumes that the media loop was given last.
    var toldVolumes = MediaVolumes()
    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    var soundClock: PCMClock?
    /// Why the two clocks differed when both cards were open last.
    var clocksApart: String?
    /// Whether the microphone's card moves sound now.
    var isCapturing = false
    /// The public reading of a closed microphone: its level some time ago.
    var closedMicrophone = (reading: LevelMeter().reading, clips: UInt64(0))

    // Peers and the network.
    let ownKey: PublicKey
    /// The reason why this machine reaches no peer outside itself; nil when there is none.
    var networkFault: Fault?
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    /// Whether peers are searched for on a LAN now.
    var isLANSearched = false
    /// Why the search is impossible.
    var searchProblem: String?
    /// The peers by number, with those that have left.
    var peers: [Peer]
    /// Callers that are no peers, newest first.
    var strangers: [CallerStatus] = []
    /// The names of the stations that the site has put out, by their keys as text.
    var putOut: [String: String] = [:]
    /// Where the last station is that used this station's own key, in a call or a pairing, in
    /// words; nil when there was none lately.
    var ownKeyPlace: String?
    /// When a button may show a code again after wrong ones; nil where it may now.
    var codesRestUntil: Instant?

    // The program.
    /// Whether the media loop has not turned for a second.
    var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    var memoryFault: Fault?
    /// The files that cannot be read or written, and why.
    var fileFaults: [Fault] = []
    var recordings: [Status.Recording] = []
    /// The notes about voice messages.
    var messageNotes: [Fault] = []
    /// The media loop's counters and gauges.
    var media = Readings<MediaCount>()
    /// The program's counters, which only the request `status` fills in.
    var counters: [Counter] = []

    /// Takes the values without a default; the caller sets the others afterwards.
    init(
        of config: Config, _ directory: PeerDirectory, _ routing: Routing, _ plan: MediaPlan,
        _ switchboard: Switchboard, key ownKey: PublicKey, _ facts: ControlLoop.Facts,
        at now: Instant
    ) {
        (self.config, self.directory, self.routing, self.plan) = (config, directory, routing, plan)
        (self.switchboard, self.ownKey) = (switchboard, ownKey)
        (self.facts, self.now) = (facts, now)
        peers = [Peer](repeating: Peer(), count: directory.numbersEnd)
    }

    /// Whether the microphone is open for any target.
    var isTalking: Bool { !talkingSince.isEmpty }

    /// The treatment of the echo, and the reason.
    var handsFree: HandsFree { HandsFree(config.audio, clocksApart: clocksApart) }
}

extension Snapshot {
    /// The facts about a peer, beside those of the switchboard.
    struct Peer {
        /// The counters of its traffic.
        var traffic = Readings<PeerCount>()
        var figures = PeerFigures()
        var session: PeerState?
        /// Why it is down, as far as the sessions know; nil when it is up.
        var downReason: DownReason?
        /// Whether it is in the roster of this station's site.
        var isInSite = false
        /// Its name in that site, which has put it out.
        var formerName: String?
        /// The two stations that use its key; nil where one does.
        var sharedKey: SharedKey?
        /// Whether it reports another station with this station's own key.
        var reportsOwnKeyShared = false
    }

    /// Describes the state of the button at this place.
    func button(_ place: Int) -> Status.Button {
        var button = Status.Button()
        let key = keys[place]
        button.name = key.button.name
        button.line = key.button.line
        button.target = key.button.talkText
        let isDown = key.button.isVoiceOperated ? key.isDown ?? false : key.isDown
        if key.isOpen, let isDown { button.state = isDown ? .pressed : .released }
        button.fault = fault(of: key)
        if let target = routing.buttonTargets[place] {
            button.isTalking = talkingSince[target] != nil
        }
        button.pressAgeSeconds = key.pressedAt.map { (now - $0).inSeconds }
        return button
    }
}

extension Status.Lamp {
    init(_ lamp: Config.Lamp, _ error: GPIOError?, isShowing: Bool) {
        self.init()
        name = lamp.name
        line = lamp.line
        show = lamp.show.rawValue
        fault = error.map { Fault($0, of: "lamp \(lamp.name)") }
        state = error != nil ? .failed : isShowing ? .on : .off
    }
}

extension Status.Relay {
    init(_ relay: Config.Relay, _ error: GPIOError?, isOn: Bool) {
        self.init()
        name = relay.name
        line = relay.line
        fault = error.map { Fault($0, of: "relay \(relay.name)") }
        state = error != nil ? .failed : isOn ? .on : .off
    }
}

extension Snapshot {
    /// The answer to `intercomctl status`.
    var status: Status {
        var status = Status()
        status.version = Product.version
        status.name = config.station.name
        status.uptimeSeconds = Int((now - facts.startedAt).milliseconds / 1000)
        status.isRealtime = facts.isRealtime
        status.isMemoryLocked = memoryFault == nil
        status.problems = problems
        status.notes = notes
        status.unheard = hindrances
        status.audio.input = device(input, .capture, xruns: .captureXruns)
        status.audio.output = device(output, .playback, xruns: .playbackXruns)
        (status.audio.input.driftPPM, status.audio.input.driftErrorPPM) =
            drift(.captureDrift, .captureDriftError)
        (status.audio.output.driftPPM, status.audio.output.driftErrorPPM) =
            drift(.playbackDrift, .playbackDriftError)
        status.audio.isOneClock = soundClock?.isOneClock ?? false
        status.audio.clockReason = soundClock?.reason
        status.audio.profile = config.audio.profile.rawValue
        status.audio.concealment = plan.concealsNeurally ? "neural" : "plain"
        status.audio.duplex = handsFree.isHalfDuplex ? "half" : "full"
        status.audio.duplexReason = handsFree.duplexReason
        status.audio.echo = handsFree.echoState
        if handsFree.cancelsEcho, media[.echoReduction] > 0 {
            status.audio.echoReductionDB = Double(media[.echoReduction]) / 10
        }
        tellShed(&status.audio)
        status.microphone = microphoneStatus
        status.microphone.mayOpen = mayOpenMicrophone
        status.call = callStatus
        status.announcement = switchboard.announcer.job?.name
        status.speaker = speakerMeter
        status.buttons = config.buttons.indices.map { button($0) }
        status.lamps = lamps
        status.relays = relays
        status.peers = directory.numbers.map { peerStatus($0) }
        status.callers = callers
        status.site = site
        (status.broker, status.homeAssistant) = (broker, homeAssistant)
        status.pairing = pairing
        if switchboard.overload.isOn { status.leftOut = leftOut.map { $0.word } }
        status.recordings = recordings
        status.channels = config.channels.indices.map { channel($0) }
        status.media.cpuNanoseconds = Int(media[.cpuNanoseconds])
        status.media.periods = Int(media[.ticks])
        let heap = media[.heapCalls]
        status.media.heapCalls = heap == UInt64.max ? nil : Int(heap)
        status.counters = counters
        status.state = state
        return status
    }

    private func channel(_ place: Int) -> Status.Channel {
        var channel = Status.Channel()
        let configured = config.channels[place]
        channel.name = configured.name
        channel.isListening = configured.listen
        channel.members = routing.channels[place].members.map { directory[$0].name }
        channel.isTalking = talkedTo.contains(configured.name)
        return channel
    }
}
