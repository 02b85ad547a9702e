/// Something that happened, for whoever asked to `monitor`: one JSON object, one line.
public struct Event: JSONRecord, Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A talk key here went down or up: `button`, `target`.
        case keyDown = "key_down"
        case keyUp = "key_up"
        /// A key was held past `max-talk`: `button`, `target`, `seconds`.
        case stuckKey = "stuck_key"
        /// Key lines that cannot be read, and can again: `button`, `detail`.
        case buttonFault = "button_fault"
        case buttonReady = "button_ready"
        /// A lamp line that cannot be set, and can again: `lamp`, `detail`.
        case lampFault = "lamp_fault"
        case lampReady = "lamp_ready"
        /// A key did something besides talking: `button`, `detail`.
        case keyAction = "key_action"
        /// A relay was switched on, by whom (`detail`), or was not: `target`, and `peer` when one
        /// asked for it.
        case relay
        /// A relay line that cannot be set, and can again: `target`, `detail`.
        case relayFault = "relay_fault"
        case relayReady = "relay_ready"
        /// A peer lights the call light here: `peer`, `seconds`.
        case signal
        /// A peer is heard, and no more: `peer`, `target`; at the end `seconds`.
        case talk
        case talkEnd = "talk_end"
        /// How much of our talkspurt was heard, by whom: `target`, `seconds`, `detail`, `heard`.
        case heard
        /// Nobody can hear what is said: `target`, `heard` with the reasons.
        case noListener = "no_listener"
        /// Sound from a file goes out, and no more: `target`; `detail` is a priority above normal.
        case announce
        case announceEnd = "announce_end"
        /// A call, all with `call`, its id, and `peer` or `target`: somebody calls; it rings there;
        /// somebody answered; both hear each other; another one is in it too, and no more; the
        /// other side is not heard, is heard again; it is over (`cause` and `detail` say why,
        /// `seconds` how long one could talk), or was missed.
        case ring
        case calling
        case answered
        case callActive = "call_active"
        case callJoined = "call_joined"
        case callLeft = "call_left"
        case callWeak = "call_weak"
        case callStrong = "call_strong"
        case callEnded = "call_ended"
        case missedCall = "missed_call"
        /// A peer claimed what it has no right to, told at most once a minute: `peer`, `target`.
        case refused
        /// A page of a peer is heard, and no more: `peer`, `target`.
        case page
        case pageEnd = "page_end"
        /// A peer hears and is heard here, or hears, with nobody here touching a key: `peer`.
        case dropIn = "drop_in"
        case listenIn = "listen_in"
        /// What became of a relay or call light asked of a peer: `peer`, `request`, `status`,
        /// `cause`, `detail`, `outcome`.
        case result
        /// A session with a peer began (`detail`), went quiet, was heard again, ended, changed its
        /// keys: `peer`.
        case peerUp = "peer_up"
        case peerStale = "peer_stale"
        case peerHeard = "peer_heard"
        case peerDown = "peer_down"
        case rekey
        /// The name of a peer's address is not found: `peer`, `detail`.
        case peerUnresolved = "peer_unresolved"
        /// Two stations use the key of a peer: `peer`, `detail`.
        case sharedKey = "shared_key"
        /// This machine cannot reach its peers (`detail`), and can again.
        case networkFault = "network_fault"
        case networkReady = "network_ready"
        /// A card opened, or was lost: `detail`.
        case audioOpen = "audio_open"
        case audioLost = "audio_lost"
        /// An open card stands still, moves again, wakes the sound for nothing: `detail`.
        case audioAsleep = "audio_asleep"
        case audioAwake = "audio_awake"
        case audioStalled = "audio_stalled"
        /// The processor cannot keep up with the sound: what is left out (`detail`); and nothing
        /// any more.
        case overload
        case overloadEnd = "overload_end"
        /// Sound was lost between card and program: `detail` is `input` or `output`.
        case xrun
        /// Other settings were taken over: `detail`.
        case reload
        /// An unknown station called, told at most once a minute: its key in `detail`, from where
        /// in `target`.
        case unknownKey = "unknown_key"
        /// The station began, ended: `detail`.
        case started
        case stopped
        /// Settings were read again and refused: `detail`.
        case reloadRefused = "reload_refused"
        /// Do-not-disturb, a volume, a mute was changed: `detail`, and which in `target`.
        case dnd
        case volume
        case mute
        /// What cannot be kept on disk, or was damaged there: `detail`.
        case stateFault = "state_fault"
        case historyFault = "history_fault"
        /// The program of `on-event` failed; told at most once a minute: `detail`.
        case hookFault = "hook_fault"
        /// Events were lost because this reader is slow: `detail` says how many.
        case dropped
    }

    public var kind = Kind.keyDown
    /// Milliseconds since 1970, UTC.
    public var timeMilliseconds = 0
    public var peer: String?
    /// A peer or a channel.
    public var target: String?
    public var button: String?
    public var lamp: String?
    /// The id of a call.
    public var call: String?
    public var seconds: Double?
    public var levelDBFS: Double?
    public var detail: String?
    /// What came of what was asked: of `result`, and of `heard` and `no_listener`.
    public var outcome: String?
    /// Whether what was asked of a peer was done, and by which request it was asked: of `result`.
    public var status: Status?
    public var request: Int?
    /// Why not, or why a call ended, in a word: see `PeerAnswer` and `HistoryRecord.Cause`.
    public var cause: String?
    /// Of `heard` and `no_listener`: who has heard how much, and why not.
    public var heard: [HeardBy] = []

    public enum Status: String, Sendable { case done, failed }

    public init() {}

    public init(_ kind: Kind, at timeMilliseconds: Int) {
        self.kind = kind
        self.timeMilliseconds = timeMilliseconds
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("event", &kind)
        coder.field("time_ms", &timeMilliseconds)
        coder.field("peer", &peer)
        coder.field("target", &target)
        // The name of a lamp stands in both: programs of before look for it in `button`.
        var button = button ?? lamp
        coder.field("button", &button)
        coder.late("lamp", &lamp)
        self.button = lamp == nil ? button : nil
        coder.field("call", &call)
        coder.field("seconds", &seconds)
        coder.field("level_dbfs", &levelDBFS)
        coder.field("detail", &detail)
        coder.field("outcome", &outcome)
        var word = status?.rawValue
        coder.late("status", &word)
        // A word of a newer daemon is not `done`.
        status = word.map { Status(rawValue: $0) ?? .failed }
        coder.late("cause", &cause)
        coder.late("request", &request)
        coder.field("heard", &heard)
    }

    /// The line, newline included.
    public var encoded: [UInt8] {
        var object = json
        object.set("schema", JSON(1))
        guard let line = object.encoded(limit: ControlLimits.reply) else { return [] }
        return line + [UInt8(ascii: "\n")]
    }

    /// Reads one line, without its newline; nil for what is no event known here.
    public init?(parsing line: Span<UInt8>) {
        guard line.count <= ControlLimits.reply, let object = JSON(parsing: line) else {
            return nil
        }
        self.init(json: object)
    }
}
