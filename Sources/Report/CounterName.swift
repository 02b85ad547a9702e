/// The counters of `status` that have a name of their own; those by cause are in `CounterFamily`.
public enum CounterName: String, CaseIterable, Sendable {
    // The media loop counts these; its `MediaCount` has the same names.
    case captureXruns = "capture_xruns"
    case playbackXruns = "playback_xruns"
    case captureReopens = "capture_reopens"
    case playbackReopens = "playback_reopens"
    case framesCaptured = "frames_captured"
    case framesSent = "frames_sent"
    case framesMixed = "frames_mixed"
    case framesLost = "frames_lost"
    case framesRecovered = "frames_recovered"
    case concealedMs = "concealed_ms"
    case stretchedMs = "stretched_ms"
    case otherSource = "other_source"
    case eventsLost = "events_lost"
    // The control loop counts these.
    case handshakes
    case handshakesUnsent = "handshakes_unsent"
    case handshakeInitiations = "handshake_initiations"
    case cookiesSent = "cookies_sent"
    case halfOpenEvicted = "half_open_evicted"
    case discoveryBeacons = "discovery_beacons"
    case discoveryQuestions = "discovery_questions"
    case discoveryReceived = "discovery_received"
    case discoverySightings = "discovery_sightings"
    case rendezvousTold = "rendezvous_told"
    case rendezvousRefused = "rendezvous_refused"
    case packetsSent = "packets_sent"
    case packetsOpened = "packets_opened"
    case callersRefused = "callers_refused"
    case requestsRefused = "requests_refused"
    case eventsUntold = "events_untold"
    case levelsUntold = "levels_untold"
    case journalSuppressed = "journal_suppressed"
    case journalLost = "journal_lost"
    case historyLost = "history_lost"
    case historySetAside = "history_set_aside"
    case hookFailed = "hook_failed"
    case pairingStrangers = "pairing_strangers"
    case pairingAttempts = "pairing_attempts_failed"

    /// What it counts, as the metrics say.
    public var help: String {
        switch self {
        case .captureXruns: "Times the microphone's buffer ran over."
        case .playbackXruns: "Times the speaker's buffer ran dry."
        case .captureReopens: "Times the microphone's stream stood still and was opened again."
        case .playbackReopens: "Times the speaker's stream stood still and was opened again."
        case .framesCaptured: "Frames taken from the microphone."
        case .framesSent: "Frames encoded and sent, once for each channel or peer talked to."
        case .framesMixed: "Frames of peers that were played."
        case .framesLost: "Frames of peers that never arrived, or arrived far too late."
        case .framesRecovered: "Frames of peers that came only as a copy in a later packet."
        case .concealedMs: "Sound concealed in place of lost frames."
        case .stretchedMs: "Sound sped up or drawn out to keep the delay."
        case .otherSource: "Packets that came from another address than their peer's."
        case .eventsLost:
            "Events of the audio thread that were lost because a ring buffer was full."
        case .handshakes: "Handshakes with peers that were completed."
        case .handshakesUnsent: "Handshake datagrams that could not be sent."
        case .handshakeInitiations:
            "First messages of handshakes that the sender made for this station's key."
        case .cookiesSent: "Cookies sent in answer to first messages, under a flood of them."
        case .halfOpenEvicted: "Handshakes of others given up to make room for newer ones."
        case .discoveryBeacons: "Beacons of this station sent on the LAN."
        case .discoveryQuestions: "Questions for peers sent on the LAN."
        case .discoveryReceived: "Datagrams of multicast DNS received."
        case .discoverySightings: "Beacons on the LAN that had the tag of a peer."
        case .rendezvousTold: "Times a peer said at the broker where it can be called."
        case .rendezvousRefused: "Messages at the broker that were old, or that no peer had sealed."
        case .packetsSent: "Packets sent to all peers."
        case .packetsOpened: "Genuine packets of all peers."
        case .callersRefused: "Programs turned away at the control socket."
        case .requestsRefused: "Lines at the control socket that were not a request."
        case .eventsUntold: "Events that a watching program was too slow for."
        case .levelsUntold: "Readings of the meters that a watching program was too slow for."
        case .journalSuppressed:
            "Events left out of the journal because there were too many of one kind."
        case .journalLost: "Events that neither the journal nor standard error accepted."
        case .historyLost: "Records of calls that could not be written."
        case .historySetAside: "Damaged lines of the history that were set aside."
        case .hookFailed: "Events for which the on-event program was not run, or failed."
        case .pairingStrangers: "Connections to a shown code by what is no station that pairs."
        case .pairingAttempts: "Attempts at a shown code without the code."
        }
    }
}

/// Counters by cause: the metrics make one family of them, with the cause as a label.
public enum CounterFamily: String, CaseIterable, Sendable {
    case dropped = "dropped_"
    case handshakeDropped = "handshake_dropped_"
    case discoveryDropped = "discovery_dropped_"
    case unsent = "unsent_"

    /// The family in the metrics.
    var metric: String {
        switch self {
        case .dropped: "datagrams_dropped"
        case .handshakeDropped: "handshakes_dropped"
        case .discoveryDropped: "discovery_dropped"
        case .unsent: "packets_unsent"
        }
    }

    var help: String {
        switch self {
        case .dropped: "Datagrams, or their sound, that were not used."
        case .handshakeDropped: "Handshake datagrams that were not used."
        case .discoveryDropped: "Datagrams of multicast DNS that were not used."
        case .unsent: "Packets that could not be sent."
        }
    }
}

/// Something counted, by cause.
public struct Counter: Equatable, Sendable {
    public var name: String
    public var value: Int

    public init(name: String, value: Int) {
        self.name = name
        self.value = value
    }

    public init(_ name: CounterName, _ value: Int) {
        self.init(name: name.rawValue, value: value)
    }

    public init(_ family: CounterFamily, _ cause: String, _ value: Int) {
        self.init(name: family.rawValue + cause, value: value)
    }

    /// Nil for one without causes.
    var family: CounterFamily? {
        CounterFamily.allCases.first { name.hasPrefix($0.rawValue) }
    }
}

extension [Counter] {
    /// What was counted under this name; nil where the daemon does not count it.
    public func value(of name: CounterName) -> Int? {
        first { $0.name == name.rawValue }?.value
    }
}
