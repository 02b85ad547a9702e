/// The current call, as `status` shows it.
public struct CallStatus: JSONRecord, Equatable, Sendable {
    public enum State: String, JSONWord, Sendable {
        case idle
        /// Offered, with no answer yet.
        case trying
        /// It rings there.
        case calling
        /// It rings here.
        case ringing
        case connecting
        case active
    }

    public var state = State.idle
    /// The same on both sides; null while idle, as are those below.
    public var call: String?
    public var kind: String?
    public var direction: String?
    /// The peers that are in it, call, or are called.
    public var peers: [String] = []
    /// The peers in it that were not heard for 2 s.
    public var weak: [String] = []
    /// The peers at which it rings, and nobody notices it.
    public var unheard: [HeardBy] = []
    /// Since the call began.
    public var seconds: Double?
    /// The last that ended here since the start: its id, who it was with, how it ended, and when,
    /// in milliseconds since 1970; null before there was one.
    public var last: String?
    public var lastDirection: String?
    public var lastPeer: String?
    public var lastCause: String?
    public var lastEndedMilliseconds: Int?
    public var isLastMissed = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("state", &state)
        coder.field("call", &call)
        coder.field("kind", &kind)
        coder.field("direction", &direction)
        coder.field("peers", &peers)
        coder.field("weak", &weak)
        coder.field("unheard", &unheard)
        coder.field("seconds", &seconds)
        coder.field("last", &last)
        coder.field("last_direction", &lastDirection)
        coder.field("last_peer", &lastPeer)
        coder.field("last_cause", &lastCause)
        coder.field("last_ended_ms", &lastEndedMilliseconds)
        coder.field("last_missed", &isLastMissed)
    }
}

/// One peer in full: its state, its protection, its rights, and refused requests.
public struct PeerDetail: JSONRecord, Equatable, Sendable {
    public var schema = 1
    public var peer = PeerStatus()
    /// What it may do here, by the keys of `[policy]`.
    public var policy = PeerPolicy()
    /// Whether it may open this station's microphone without anyone here touching a key.
    public var opensMicrophone = false
    /// Packets refused for its session that had been opened before, or are older than the window.
    public var packetsRepeated = 0
    /// Requests of it that were refused since the start, by kind; only kinds that occurred.
    public var refused: [Counter] = []

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("peer", &peer)
        coder.field("policy", &policy)
        coder.field("opens_microphone", &opensMicrophone)
        coder.field("packets_repeated", &packetsRepeated)
        coder.field("refused", &refused)
    }
}

/// What a peer may do here.
public struct PeerPolicy: JSONRecord, Equatable, Sendable {
    public var call = ""
    public var announce = false
    public var dropIn = false
    public var monitor = false
    public var high = false
    public var emergency = false
    public var relays: [String] = []
    public var signal = false
    public var message = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("call", &call)
        coder.field("announce", &announce)
        coder.field("drop_in", &dropIn)
        coder.field("monitor", &monitor)
        coder.field("high", &high)
        coder.field("emergency", &emergency)
        coder.field("relays", &relays)
        coder.field("signal", &signal)
        coder.late("message", &message)
    }
}

/// An unknown station that has called, with what a person needs to add it as a peer.
public struct CallerStatus: JSONRecord, Equatable, Sendable {
    /// Its public key as text: `intercom1:…`.
    public var key = ""
    /// The 24 digits to compare.
    public var fingerprint = ""
    /// Where it called from: `192.0.2.17:5577`.
    public var address = ""
    /// Seconds since it called last.
    public var ageSeconds = 0.0
    /// Whether it has proven that it owns the key; a caller that uses a psk cannot.
    public var isProven = false
    /// The name that it has in the site; nil where it is in none that this station is in.
    public var station: String?
    /// The name that it had until the site took it out, or it was no peer here any more; nil for
    /// any other.
    public var formerStation: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("key", &key)
        coder.field("fingerprint", &fingerprint)
        coder.field("address", &address)
        coder.field("age_s", &ageSeconds)
        coder.field("proven", &isProven)
        coder.field("station", &station)
        coder.field("former_station", &formerStation)
    }

    /// What to do where a former station still calls.
    public static let formerFix =
        "if that is meant, nothing is to be done here; if not: intercomctl pair, or, in a site,"
        + " compare intercomctl site list here and there: one may have changed over to a new key"

    /// The command that adds it as a peer; the person fills in NAME, also where the site has one:
    /// that may be another's here.
    public var addition: String { "sudo intercomctl peer add NAME \(place) \(key)" }

    /// Its address as `peer add` takes it: the port only where it is not the usual one.
    private var place: String {
        let port = ":5577"
        guard address.hasSuffix(port) else { return address }
        let host = String(address.dropLast(port.utf8.count))
        guard host.hasPrefix("["), host.hasSuffix("]") else { return host }
        return String(host.dropFirst().dropLast())
    }
}
