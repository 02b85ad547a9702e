/// The current call, as `status` shows it.
public struct CallStatus: JSONRecord, Equatable, Sendable {
    public enum State: String, JSONWord, Sendable {
        case idle
        /// Offered, with no answer yet.
        case trying
        /// The call rings at the peer.
        case calling
        /// The call rings here.
        case ringing
        case connecting
        case active
    }

    public var state = State.idle
    /// The id of the call, the same on both sides; null while idle, as are the next two.
    public var call: String?
    public var kind: String?
    public var direction: String?
    /// The peers that are in the call, call here, or are called.
    public var peers: [String] = []
    /// The peers in the call that were not heard for 2 s.
    public var weak: [String] = []
    /// The peers at which the call rings unnoticed.
    public var unheard: [HeardBy] = []
    /// The seconds since the call began.
    public var seconds: Double?
    /// The last call that ended here since the start: its id, direction, peer and cause, and the
    /// time of its end in milliseconds since 1970; null before the first.
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
public struct PeerDetail: JSONDocument, Equatable, Sendable {
    public var peer = PeerStatus()
    /// The peer's rights here, by the names of the settings in `[policy]`.
    public var policy = PeerPolicy()
    /// Whether the peer may open this station's microphone without a button press here.
    public var opensMicrophone = false
    /// Packets of the session that were refused as repeated, or as older than the replay window.
    public var packetsRepeated = 0
    /// Requests of the peer that were refused since the start, by kind; only kinds that occurred.
    public var refused: [Counter] = []

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("peer", &peer)
        coder.field("policy", &policy)
        coder.field("opens_microphone", &opensMicrophone)
        coder.field("packets_repeated", &packetsRepeated)
        coder.field("refused", &refused)
    }
}

/// The rights of a peer here.
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
    public var record = false

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
        coder.late("record", &record)
    }
}

/// An unknown station that has called, with the facts that a person needs to add it as a peer.
public struct CallerStatus: JSONRecord, Equatable, Sendable {
    /// Its public key as text: `intercom1:…`.
    public var key = ""
    /// The 24 digits to compare.
    public var fingerprint = ""
    /// The address that it called from: `192.0.2.17:5577`.
    public var address = ""
    /// Seconds since the last call.
    public var ageSeconds = 0.0
    /// Whether the caller has proven that it owns the key; with a psk, it cannot.
    public var isProven = false
    /// The caller's name in the site of this station; nil if the caller is not in that site.
    public var station: String?
    /// The caller's name before a person here removed it; nil for any other caller.
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

    /// The advice on a former station that still calls.
    public static let formerFix =
        "if it was removed, or another box has its place, nothing is to be done here; if not:"
        + " intercomctl pair, or, in a site, there: intercomctl pair --join --move, and sudo"
        + " intercomctl pair --join CODE at the station that introduces"

    /// The command that adds the caller as a peer; the person fills in NAME, as another peer here
    /// may have the caller's name in the site.
    public var addition: String { "sudo intercomctl peer add NAME \(place) \(key)" }

    /// The caller's address as `peer add` takes it, without the usual port.
    private var place: String {
        let port = ":5577"
        guard address.hasSuffix(port) else { return address }
        let host = String(address.dropLast(port.utf8.count))
        guard host.hasPrefix("["), host.hasSuffix("]") else { return host }
        return String(host.dropFirst().dropLast())
    }
}
