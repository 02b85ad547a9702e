/// An event, for programs that `monitor`: one JSON object on one line.
public struct Event: JSONRecord, Equatable, Sendable {
    public enum Kind: String, JSONWord, Sendable, CaseIterable {
        /// A talk button here was pressed or released: `button`, `target`.
        case keyDown = "key_down"
        case keyUp = "key_up"
        /// A button was held longer than `max-talk`: `button`, `target`, `seconds`.
        case stuckKey = "stuck_key"
        /// A button's line cannot be read, or can again: `button`, `detail`.
        case buttonFault = "button_fault"
        case buttonReady = "button_ready"
        /// A lamp's line cannot be set, or can again: `lamp`, `detail`.
        case lampFault = "lamp_fault"
        case lampReady = "lamp_ready"
        /// A button did something other than talking: `button`, `detail`.
        case keyAction = "key_action"
        /// A relay was switched on, by whom (`detail`), or was not: `target`, and `peer` when one
        /// asked for it.
        case relay
        /// A relay was on for as long as it may be, and rests: `target`, `detail`.
        case relayRests = "relay_rests"
        /// A relay's line cannot be set, or can again: `target`, `detail`.
        case relayFault = "relay_fault"
        case relayReady = "relay_ready"
        /// A peer lights the call light here: `peer`, `seconds`.
        case signal
        /// A peer begins or stops talking: `peer`, `target`; at the end `seconds`.
        case talk
        case talkEnd = "talk_end"
        /// How much of our talkspurt each listener heard: `target`, `seconds`, `detail`, `heard`.
        case heard
        /// No listener can hear the talk: `target`, `heard` with the reasons.
        case noListener = "no_listener"
        /// An announcement begins or ends: `target`; `detail` is a priority above normal.
        case announce
        case announceEnd = "announce_end"
        /// A call, all with `call`, its id, and `peer` or `target`: a peer calls; it rings there;
        /// a peer answered; both hear each other; another one is in it too, and no more; the
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
        /// A voice message from a peer has come, or something has become of one to it: `peer`,
        /// `seconds`, `detail`.
        case message
        /// A peer asked for what it may not do, at most once a minute: `peer`, `target`.
        case refused
        /// A page from a peer begins or ends: `peer`, `target`.
        case page
        case pageEnd = "page_end"
        /// A peer drops in, or listens in, without an answer here: `peer`.
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
        /// The host name of a peer does not resolve: `peer`, `detail`.
        case peerUnresolved = "peer_unresolved"
        /// Two stations use the key of a peer: `peer`, `detail`.
        case sharedKey = "shared_key"
        /// This machine has no network (`detail`), or has it again.
        case networkFault = "network_fault"
        case networkReady = "network_ready"
        /// A card opened, or was lost: `detail`.
        case audioOpen = "audio_open"
        case audioLost = "audio_lost"
        /// An open card stands still, moves again, or wakes the media loop for nothing: `detail`.
        case audioAsleep = "audio_asleep"
        case audioAwake = "audio_awake"
        case audioStalled = "audio_stalled"
        /// The processor cannot keep up with the sound: what is left out (`detail`); and nothing
        /// any more.
        case overload
        case overloadEnd = "overload_end"
        /// An audio dropout at a card: `detail` is `input` or `output`.
        case xrun
        /// New settings were applied: `detail`.
        case reload
        /// A station called in vain: with an unknown key, or with a peer's (`peer`), but not with
        /// its secret, psk and suite. `detail` has the key, `target` the address; of both kinds
        /// each key at most once in ten minutes, and four keys in four.
        case unknownKey = "unknown_key"
        case wrongSecret = "wrong_secret"
        /// A pairing has made a peer: `peer`, `target`, its address, and `detail`, its fingerprint;
        case paired
        /// A pairing, or an attempt at one, has failed: `cause`, `detail`, and `target`, the
        /// address of the other side.
        case pairingFailed = "pairing_failed"
        /// A roster of the site was taken, or a peer shows one (`detail`); one is not taken, or
        /// cannot be used: `peer`, `detail`.
        case site
        case siteFault = "site_fault"
        /// The station began, ended: `detail`.
        case started
        case stopped
        /// New settings were refused: `detail`.
        case reloadRefused = "reload_refused"
        /// Do-not-disturb, a volume, a mute was changed: `detail`, and which in `target`.
        case dnd
        case volume
        case mute
        /// State or history cannot be written, or was damaged: `detail`.
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
    /// The outcome in a word: of `result`, `heard` and `no_listener`.
    public var outcome: String?
    /// Whether a peer did what it was asked for, and the number of the request: of `result`.
    public var status: Status?
    public var request: Int?
    /// Why in a word: of `result` (`PeerAnswer`), of an ended call (`HistoryRecord.Cause`) and of
    /// `pairing_failed`; of `paired`, that there was no code.
    public var cause: String?
    /// The asker here: `intercomctl`, `button NAME`, `peer NAME` or `SIGHUP`; and the user.
    public var asker: String?
    public var user: Int?
    /// In `heard` and `no_listener`: how much each listener heard, and the reason if not all.
    public var heard: [HeardBy] = []

    public enum Status: String, JSONWord, Sendable {
        case done, failed

        /// A word that only a newer daemon knows does not mean `done`.
        public static var ofNewerProgram: Self? { .failed }
    }

    public init() {}

    public init(
        _ kind: Kind, at timeMilliseconds: Int, peer: String? = nil, target: String? = nil,
        seconds: Double? = nil, detail: String? = nil
    ) {
        (self.kind, self.timeMilliseconds) = (kind, timeMilliseconds)
        (self.peer, self.target) = (peer, target)
        (self.seconds, self.detail) = (seconds, detail)
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("event", &kind)
        coder.field("time_ms", &timeMilliseconds)
        coder.field("peer", &peer)
        coder.field("target", &target)
        // Older programs look for the name of a lamp in `button`, so it stands in both.
        var button = button ?? lamp
        coder.field("button", &button)
        coder.late("lamp", &lamp)
        self.button = lamp == nil ? button : nil
        coder.field("call", &call)
        coder.field("seconds", &seconds)
        coder.field("level_dbfs", &levelDBFS)
        coder.field("detail", &detail)
        coder.field("outcome", &outcome)
        coder.late("status", &status)
        coder.late("cause", &cause)
        coder.late("request", &request)
        coder.late("by", &asker)
        coder.late("uid", &user)
        coder.field("heard", &heard)
    }

    /// The line, newline included.
    public var encoded: [UInt8] {
        var object = json
        object.set("schema", JSON(1))
        return object.line
    }
}

/// A peer's answer to a request for its relay or call light.
public enum PeerAnswer: String, Sendable, CaseIterable {
    case done
    /// Its policy does not allow it, there is no such relay, or it cannot be switched.
    case denied
    /// It has no lamp for the call light.
    case unseen
    /// It does not know such requests.
    case unknown
    case noAnswer = "no_answer"

    /// For a person.
    public var words: String {
        switch self {
        case .done: "done"
        case .denied: "not allowed or not known there, or a fault"
        case .unseen: "nothing there shows it: no lamp has show = calling"
        case .unknown: "not known there"
        case .noAnswer: "no answer"
        }
    }
}

extension Event {
    /// The `result` event: `what` was asked of `peer` as this request.
    public init(
        _ answer: PeerAnswer, to what: String, request: Int, of peer: String,
        at timeMilliseconds: Int
    ) {
        self.init(
            .result, at: timeMilliseconds, peer: peer, detail: "\(what): \(answer.words)")
        self.request = request
        outcome = answer.rawValue
        status = answer == .done ? .done : .failed
        cause = answer == .done ? nil : answer.rawValue
    }
}
