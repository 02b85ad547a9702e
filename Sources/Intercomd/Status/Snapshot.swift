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

/// All that a station can say of itself at one moment, copied from those that own it.
///
/// It can use no device, no ring and no session, so describing a station cannot change it. It is a
/// class because copies of so many facts would make the stack deep.
///
/// - `status` below is what `intercomctl status` shows, `Snapshot+Peers` what it shows of peers and
///   of levels,
/// - `Snapshot+Complaints` and `Snapshot+Notes` are what a person should mend, why peers are down
///   among it, or might want to know,
/// - `Snapshot+Hindrances` is what keeps voices from being heard, and what kept them,
/// - `Snapshot+Calls` is of calls and policies, cards, buttons, lamps and relays,
/// - `Snapshot+Overload` is of the processor.
final class Snapshot {
    let now: Instant
    var facts: ControlLoop.Facts

    // The settings that hold, and the numbers that they are known by.
    let config: Config
    let directory: PeerDirectory
    let routing: Routing
    /// What the media loop was told of them.
    let plan: MediaPlan
    /// The folder has no settings yet.
    var isUnconfigured = false
    /// Settings in the files that only a restart applies.
    var awaitsRestart: [String] = []

    // What was decided, and what a person has set.
    var switchboard: Switchboard
    /// Whether quiet hours are on is in it as well.
    var state = SavedState()
    /// The site, and what peers show of theirs.
    var site = SiteStatus()
    var broker: Status.Broker?
    var pairing = PairingStatus()
    /// Since when the microphone is open, for each talk target it is open for, by `id`.
    var talkingSince: [Int: Instant] = [:]
    /// The call that ended last.
    var lastEnded: HistoryRecord?

    // The devices.
    var input = Cards.Side(direction: .capture)
    var output = Cards.Side(direction: .playback)
    var keys: [Lines.Key] = []
    var lamps: [Status.Lamp] = []
    var relays: [Status.Relay] = []
    /// The control of the speaker's card that lets nothing through; nil where none does.
    var silentSpeaker: CardControl?
    /// That of the microphone's card.
    var silentMicrophone: CardControl?
    /// The volumes that the media loop was given last.
    var toldVolumes = MediaVolumes()
    /// Whether microphone and speaker run by one clock; nil while they are not both open.
    var soundClock: PCMClock?
    /// Why they did not when both were open last.
    var clocksApart: String?
    /// Whether the microphone's card moves sound now.
    var isCapturing = false
    /// What may be shown of the microphone while it is closed: its level some time ago.
    var closedMicrophone = (reading: LevelMeter().reading, clips: UInt64(0))

    // Peers and the network.
    let ownKey: PublicKey
    /// What keeps this machine from every peer that is not on it; nil when nothing does.
    var networkFault: Fault?
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    /// Whether peers are looked for on a LAN now.
    var isLANSearched = false
    /// Why they cannot be.
    var searchProblem: String?
    /// By number, those that have left as well.
    var peers: [Peer]
    /// Callers that are no peers, newest first.
    var strangers: [CallerStatus] = []
    /// The last caller that used this station's own key; nil when there was none lately.
    var ownKeyCaller: UnknownCaller?

    // The program.
    /// The media loop has not turned for a second.
    var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    var memoryFault: Fault?
    /// What cannot be read or written, and why.
    var fileFaults: [Fault] = []
    /// What there is to say of voice messages.
    var messageNotes: [Fault] = []
    /// The media loop's counters and gauges.
    var media = Readings<MediaCount>()
    /// Counted for `status` alone.
    var counters: [Counter] = []

    /// What has a default is set afterwards.
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

    /// Whether the microphone is open for anybody.
    var isTalking: Bool { !talkingSince.isEmpty }

    /// What is done about the echo, and why.
    var handsFree: HandsFree { HandsFree(config.audio, clocksApart: clocksApart) }
}

extension Snapshot {
    /// What is known of a peer besides what the switchboard knows.
    struct Peer {
        /// What was counted of its traffic.
        var traffic = Readings<PeerCount>()
        var figures = PeerFigures()
        var session: PeerState?
        /// Why it is down, as far as the sessions know; nil when it is up.
        var downReason: DownReason?
        /// It is in the roster of this station's site.
        var isInSite = false
        /// Its name in that site, which has put it out.
        var formerName: String?
        /// Two stations use its key.
        var sharedKey: SharedKey?
        /// It reports that another station uses this station's own key.
        var reportsOwnKeyShared = false
    }

    /// What the button at this place does now.
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
    /// What `intercomctl status` shows.
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
        status.broker = broker
        status.pairing = pairing
        if switchboard.overload.isOn { status.leftOut = leftOut.map { $0.word } }
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
