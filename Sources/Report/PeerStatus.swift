/// The state of one peer, as `status` and `peers` show it.
public struct PeerStatus: JSONRecord, Equatable, Sendable {
    public enum State: String, JSONWord, Sendable {
        case up
        /// There is a session, but nothing was heard when a heartbeat was due.
        case stale
        case down
    }

    /// How packets get to the peer.
    public enum Path: String, JSONWord, Sendable {
        /// To an address of the peer.
        case direct
        /// Through another peer, which passes them on.
        case forwarded
    }

    /// The report of a peer on our voice; null before its first report.
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

    /// The reason why a peer is down; null while it is up.
    public struct Down: Equatable, Sendable {
        public var reason: String?
        /// Seconds since the peer was lost, or since this station first knew it.
        public var ageSeconds: Double?

        mutating func fields(_ coder: inout JSONCoder) {
            coder.field("down_reason", &reason)
            coder.field("down_age_s", &ageSeconds)
        }
    }

    public var name = ""
    public var state = State.down
    /// Seconds since a packet of the peer was last opened; null if none was.
    public var heardAgeSeconds: Double?
    public var rttMilliseconds: Double?
    public var jitterMilliseconds: Double?
    public var lossPercent: Double?
    /// The playout delay of the peer's voice in milliseconds.
    public var bufferMilliseconds: Double?
    /// Copies of earlier frames in each packet to the peer, and their distance in frames.
    public var redundancyDepth = 0
    public var redundancyOffset = 1
    /// Whether packets to the peer are kept small for a queue on the way.
    public var isNarrow = false
    /// Frames of the peer that arrived only as a copy.
    public var framesRecovered = 0
    /// The short form, `7f3a-91c2`; `key show --fingerprint` on the peer prints the whole.
    public var fingerprint = ""
    /// 1 is AES-256-GCM, 2 is ChaCha20-Poly1305.
    public var suite = 1
    /// Whether a pre-shared key is set.
    public var hasPSK = false
    /// Whether a person has compared the fingerprint of the peer's key.
    public var isVerified = false
    /// The present address of the peer: `192.0.2.17:5577`.
    public var endpoint: String?
    /// The source of the endpoint: `settings`, `lan`, `rendezvous` or `peer`.
    public var endpointSource: String?
    /// How packets get to the peer; null while it is down.
    public var path: Path?
    /// The peer that passes packets on, and why they do not go directly.
    public var forwarder: String?
    public var pathReason: String?
    /// Whether this station passes on packets of the peer, and how much since the start.
    public var isForwarded = false
    public var forwardedBytes = 0
    /// Whether the peer is heard now.
    public var isTalking = false
    public var sessionAgeSeconds: Double?
    /// Packets since the start: sent, opened, and refused in the peer's session.
    public var packetsSent = 0
    public var packetsOpened = 0
    public var packetsRefused = 0
    /// Requests of the peer that were refused since the start.
    public var claimsRefused = 0
    /// Bytes sent and opened, with IP and UDP headers: since the start, and in the last second.
    public var bytesSent = 0
    public var bytesOpened = 0
    public var sentPerSecond = 0
    public var openedPerSecond = 0
    /// The level of the peer's voice; null while it is not heard.
    public var peakDBFS: Double?
    public var rmsDBFS: Double?
    /// Concealed sound: since the start, and the share of the peer's last 10 s of talk.
    public var concealedMilliseconds = 0
    public var concealedPercent: Double?
    /// The delay of the peer's voice from mouth to ear, as far as this station knows.
    public var delayMilliseconds: Double?
    /// The per cent of this station's last talk that the peer heard; null before the first talk.
    public var heardPercent: Int?
    /// Seconds since that talk.
    public var lastWordsAgeSeconds: Double?
    /// The reason why the peer did not hear all of that talk; null if it heard nearly all.
    public var heardReason: HeardBy.Reason?
    /// During a talk to the peer: `heard`, or the reason why not; null before its report.
    public var hearsNow: String?
    /// The channels, or "call", that the peer records with this station.
    public var records: [String] = []
    /// The peer's report on our voice; null before the first.
    public var report = Reported()
    public var down = Down()
    /// The reason why the peer is not up, or another fault of it.
    public var fault: Fault?
    /// Whether `fault` is among the problems of the status.
    public var isProblem = false

    public init() {}

    /// The path in a word or two: `direct`, `by relay`.
    public var pathWords: String? { forwarder.map { "by \($0)" } ?? path?.rawValue }

    /// Why packets go through another peer, as a sentence; nil while they do not.
    public var detour: String? {
        guard let forwarder, let pathReason else { return nil }
        return "\(name) is reached by \(forwarder): \(pathReason)"
    }

    /// The reason why one station refuses the other; nil if the peer is up, or merely away.
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
        coder.field("path", &path)
        coder.field("forwarded_by", &forwarder)
        coder.field("path_reason", &pathReason)
        coder.field("forwards", &isForwarded)
        coder.field("forwarded_bytes", &forwardedBytes)
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
        coder.field("records", &records)
        report.fields(&coder)
    }
}

/// The peers alone, as `intercomctl peers` shows them.
public struct PeerList: JSONDocument, Equatable, Sendable {
    public var peers: [PeerStatus] = []
    /// Unknown stations that have called.
    public var callers: [CallerStatus] = []

    public init() {}
    public init(_ peers: [PeerStatus], callers: [CallerStatus] = []) {
        self.peers = peers
        self.callers = callers
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("peers", &peers)
        coder.field("callers", &callers)
    }
}
