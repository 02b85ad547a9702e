/// An event, for programs that `monitor`: one JSON object on one line.
public struct Event: JSONDocument, Equatable, Sendable {
    public enum Kind: String, JSONWord, Sendable, CaseIterable {
        /// A talk button here was pressed or released: `button`, `target`.
        case keyDown = "key_down"
        case keyUp = "key_up"
        /// A button was held longer than `max-talk`: `button`, `target`, `seconds`.
        case stuckKey = "stuck_key"
        /// A button's line cannot be read, or can be read again: `button`, `detail`.
        case buttonFault = "button_fault"
        case buttonReady = "button_ready"
        /// A lamp's line cannot be set, or can be set again: `lamp`, `detail`.
        case lampFault = "lamp_fault"
        case lampReady = "lamp_ready"
        /// A button did something other than talking: `button`, `detail`.
        case keyAction = "key_action"
        /// A relay was switched on, or was not: `target`, `detail`, and the `peer` that asked, if
        /// any.
        case relay
        /// A relay was on for its longest time, and rests: `target`, `detail`.
        case relayRests = "relay_rests"
        /// A relay's line cannot be set, or can be set again: `target`, `detail`.
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
        /// The events of a call, with `call`, its id, and `peer` or `target`: a peer calls; the
        /// call rings there; a peer answered; both sides hear each other; another peer joined, or
        /// left; the other side is not heard, or is heard again; the call is over (`cause` and
        /// `detail` have the reason, `seconds` the talk time), or was missed.
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
        /// A voice message from a peer has arrived, or the state of a message to a peer has
        /// changed: `peer`, `seconds`, `detail`.
        case message
        /// A recording of a channel or call (`target`) began or ended here, or at `peer`: `outcome`
        /// is `started` or `stopped`, `detail` has the reason.
        case recording
        /// A peer made a request without the right, reported at most once a minute: `peer`,
        /// `target`.
        case refused
        /// A page from a peer begins or ends: `peer`, `target`.
        case page
        case pageEnd = "page_end"
        /// A peer drops in, or listens in, without an answer here: `peer`.
        case dropIn = "drop_in"
        case listenIn = "listen_in"
        /// The result of a request to a peer for a relay or call light: `peer`, `request`,
        /// `status`, `cause`, `detail`, `outcome`.
        case result
        /// A session with a peer began (`detail`), went quiet, was heard again, ended, or changed
        /// its keys: `peer`.
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
        /// The processor cannot keep up with the sound (`detail`: the work left out), or can again.
        case overload
        case overloadEnd = "overload_end"
        /// An audio dropout at a card: `detail` is `input` or `output`.
        case xrun
        /// New settings were applied: `detail`.
        case reload
        /// A station called in vain, with an unknown key, or with the key of `peer` but not with
        /// its secret, psk and suite: `detail`, the key, and `target`, the address.
        ///
        /// Each key is reported at most once in ten minutes, and at most four keys in four minutes.
        case unknownKey = "unknown_key"
        case wrongSecret = "wrong_secret"
        /// A pairing has made a peer: `peer`, `target`, its address, and `detail`, its fingerprint.
        case paired
        /// A pairing, or an attempt at one, has failed: `cause`, `detail`, and `target`, the
        /// address of the other side.
        case pairingFailed = "pairing_failed"
        /// A roster of the site was adopted, or a peer shows one; a roster was refused, or cannot
        /// be used: `peer`, `detail`.
        case site
        case siteFault = "site_fault"
        /// The station started, or stopped: `detail`.
        case started
        case stopped
        /// New settings were refused: `detail`.
        case reloadRefused = "reload_refused"
        /// Do-not-disturb, or a volume or mute (`target`), was changed: `detail`.
        case dnd
        case volume
        case mute
        /// State or history cannot be written, or was damaged: `detail`.
        case stateFault = "state_fault"
        case historyFault = "history_fault"
        /// The program of `on-event` failed, reported at most once a minute: `detail`.
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
    /// The outcome in a word, for `result`, `heard`, `no_listener` and `recording`.
    public var outcome: String?
    /// For `result`: whether the peer did as asked, and the number of the request.
    public var status: Status?
    public var request: Int?
    /// The cause in a word, for `result` (`PeerAnswer`), an ended call (`HistoryRecord.Cause`) and
    /// `pairing_failed`.
    public var cause: String?
    /// The asker here: `intercomctl`, `button NAME`, `peer NAME`, `home assistant` or `SIGHUP`; and
    /// the user.
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
        // Older programs look for the name of a lamp in `button`, so both fields have it.
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
}

/// A peer's answer to a request for its relay or call light.
public enum PeerAnswer: String, Sendable, CaseIterable {
    case done
    /// The peer's policy does not allow it, or the relay is missing or cannot be switched.
    case denied
    /// The peer has no lamp for the call light.
    case unseen
    /// The peer does not know such requests.
    case unknown
    case noAnswer = "no_answer"

    /// The answer in words, for a person.
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
    /// Makes the `result` event of this request to `peer` for `what`.
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
