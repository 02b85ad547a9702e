/// The state of one peer, as `status` and `peers` show it.
public struct PeerStatus: JSONRecord, Equatable, Sendable {
    public enum State: String, JSONWord, Sendable {
        case up
        /// There is a session, but nothing was heard when a heartbeat was due.
        case stale
        case down
    }

    /// What a peer reports on our voice; null before its first report.
    public struct Reported: Equatable, Sendable {
        public var ageSeconds: Double?
        public var lossPercent: Double?
        public var jitterMilliseconds: Double?
        public var bufferMilliseconds: Double?
        public var concealedMilliseconds: Double?

        mutating func fields(_ coder: inout JSONCoder) {
            coder.field("report_age_s", &ageSeconds)
            coder.field("report_loss_percent", &lossPercent)
            coder.field("report_jitter_ms", &jitterMilliseconds)
            coder.field("report_buffer_ms", &bufferMilliseconds)
            coder.field("report_concealed_ms", &concealedMilliseconds)
        }
    }

    /// Why a peer is down; null while it is up.
    public struct Down: Equatable, Sendable {
        public var reason: String?
        /// Seconds since it was lost, or since this station knows it.
        public var ageSeconds: Double?

        mutating func fields(_ coder: inout JSONCoder) {
            coder.field("down_reason", &reason)
            coder.field("down_age_s", &ageSeconds)
        }
    }

    public var name = ""
    public var state = State.down
    /// Seconds since anything of it opened; null when nothing has.
    public var heardAgeSeconds: Double?
    public var rttMilliseconds: Double?
    public var jitterMilliseconds: Double?
    public var lossPercent: Double?
    /// Playout delay of its voice in milliseconds.
    public var bufferMilliseconds: Double?
    /// Copies of earlier frames in each packet to it, and how many frames apart they are.
    public var redundancyDepth = 0
    public var redundancyOffset = 1
    /// Whether packets to it are kept small for a queue on the way.
    public var isNarrow = false
    /// Frames of it that came only as a copy.
    public var framesRecovered = 0
    /// The short form, `7f3a-91c2`; `key show --fingerprint` on its own station has the whole.
    public var fingerprint = ""
    /// 1 is AES-256-GCM, 2 is ChaCha20-Poly1305.
    public var suite = 1
    /// Whether a pre-shared key is set.
    public var hasPSK = false
    /// Whether a person has compared its key's fingerprint.
    public var isVerified = false
    /// Where it is now: `192.0.2.17:5577`.
    public var endpoint: String?
    /// The source of the endpoint: `settings`, `lan` or `peer`.
    public var endpointSource: String?
    /// Whether it is heard now.
    public var isTalking = false
    public var sessionAgeSeconds: Double?
    /// Packets since the start: sent, opened, and refused ones for its session.
    public var packetsSent = 0
    public var packetsOpened = 0
    public var packetsRefused = 0
    /// Requests of it that were refused since the start.
    public var claimsRefused = 0
    /// The same in bytes, with the headers of IP and UDP; and of the last second.
    public var bytesSent = 0
    public var bytesOpened = 0
    public var sentPerSecond = 0
    public var openedPerSecond = 0
    /// How loud its voice comes; null while it is not heard.
    public var peakDBFS: Double?
    public var rmsDBFS: Double?
    /// Concealed sound: since the start, and the share of its last 10 s of talk.
    public var concealedMilliseconds = 0
    public var concealedPercent: Double?
    /// Its voice from mouth to ear, as far as this station knows.
    public var delayMilliseconds: Double?
    /// How much of this station's last talk it heard, in per cent; null before the first talk.
    public var heardPercent: Int?
    /// Seconds since that talk.
    public var lastWordsAgeSeconds: Double?
    /// Why it has not heard all of it; null if nearly all was heard.
    public var heardReason: HeardBy.Reason?
    /// While this station talks to it: `heard`, or why it does not hear; null before its report.
    public var hearsNow: String?
    /// Its report on our voice there; null before the first.
    public var report = Reported()
    public var down = Down()
    /// Why it is not up, or what else is wrong with it.
    public var fault: Fault?
    /// Whether that is among the status's problems.
    public var isProblem = false

    public init() {}

    /// How one of the two stations refuses the other; nil where the peer is up, or merely away.
    public var refusal: String? {
        switch down.reason {
        case "revoked", "not_accepted", "psk", "suite", "other_key", "told_other_key":
            state == .down ? fault?.text : nil
        default: nil
        }
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("name", &name)
        coder.field("state", &state)
        coder.field("heard_age_s", &heardAgeSeconds)
        coder.field("rtt_ms", &rttMilliseconds)
        coder.field("jitter_ms", &jitterMilliseconds)
        coder.field("loss_percent", &lossPercent)
        coder.field("buffer_ms", &bufferMilliseconds)
        coder.field("redundancy_depth", &redundancyDepth)
        coder.field("redundancy_offset", &redundancyOffset)
        coder.field("narrow", &isNarrow)
        coder.field("frames_recovered", &framesRecovered)
        coder.field("fingerprint", &fingerprint)
        coder.field("suite", &suite)
        coder.field("psk", &hasPSK)
        coder.field("verified", &isVerified)
        coder.field("endpoint", &endpoint)
        coder.field("endpoint_source", &endpointSource)
        coder.field("talking", &isTalking)
        coder.field("session_age_s", &sessionAgeSeconds)
        coder.field("packets_sent", &packetsSent)
        coder.field("packets_opened", &packetsOpened)
        coder.field("packets_refused", &packetsRefused)
        coder.field("claims_refused", &claimsRefused)
        down.fields(&coder)
        coder.field("fault", &fault)
        coder.field("problem", &isProblem)
        coder.field("bytes_sent", &bytesSent)
        coder.field("bytes_opened", &bytesOpened)
        coder.field("sent_bytes_s", &sentPerSecond)
        coder.field("opened_bytes_s", &openedPerSecond)
        coder.field("peak_dbfs", &peakDBFS)
        coder.field("rms_dbfs", &rmsDBFS)
        coder.field("concealed_ms", &concealedMilliseconds)
        coder.field("concealed_percent", &concealedPercent)
        coder.field("delay_ms", &delayMilliseconds)
        coder.field("heard_percent", &heardPercent)
        coder.field("last_words_age_s", &lastWordsAgeSeconds)
        coder.field("heard_reason", &heardReason)
        coder.field("hears_now", &hearsNow)
        report.fields(&coder)
    }
}

/// The peers alone: what `intercomctl peers` shows.
public struct PeerList: JSONRecord, Equatable, Sendable {
    public var schema = 1
    public var peers: [PeerStatus] = []
    /// Unknown stations that have called.
    public var callers: [CallerStatus] = []

    public init() {}
    public init(_ peers: [PeerStatus], callers: [CallerStatus] = []) {
        self.peers = peers
        self.callers = callers
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("peers", &peers)
        coder.field("callers", &callers)
    }
}
