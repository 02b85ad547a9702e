public import Wire

/// The share of a talk that one listener heard.
public struct HeardBy: JSONRecord, Equatable, Sendable {
    public var peer = ""
    /// The share that was heard or, if `reason` is `unknown`, that arrived; null during the talk.
    public var percent: Int?
    /// The reason why not all was heard; null if nearly all was.
    public var reason: Reason?
    /// The reason in more detail than `reason.words`; null if those words are enough.
    public var detail: String?

    public init() {}

    public init(_ peer: String, percent: Int?, reason: Reason?) {
        self.peer = peer
        self.percent = percent
        self.reason = reason
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("peer", &peer)
        coder.field("percent", &percent)
        coder.field("reason", &reason)
        coder.late("detail", &detail)
    }

    /// Whether some of the talk was heard, or may have been.
    fileprivate var isPart: Bool { (percent ?? 0) > 0 }

    /// The reason why a peer does not hear a talk.
    public enum Reason: String, JSONWord, Sendable, CaseIterable {
        /// There is no session with the peer.
        case down
        /// The talker's machine has no network that leads to the peer.
        case noNetwork = "no_network"
        /// The talker's microphone is muted, and sends silence.
        case microphoneMuted = "microphone_muted"
        /// The mixer of the talker's card mutes its microphone.
        case microphoneCardMuted = "microphone_card_muted"
        /// The talker's microphone is gone, or stands still: nothing is sent.
        case microphoneLost = "microphone_lost"
        /// No report came from the peer.
        case noAnswer = "no_answer"
        /// The network lost much of the talk, or delivered it too late.
        case network
        /// The peer's older version reports the share that arrived, not the share that was heard.
        case unknown
        case noOutput = "no_output"
        case outputLost = "output_lost"
        case outputStill = "output_still"
        case cardMuted = "card_muted"
        case speakerMuted = "speaker_muted"
        case volume
        case heldDown = "held_down"
        case turnedDown = "turned_down"
        case outranked
        case notListening = "not_listening"
        case notMember = "not_member"
        case doNotDisturb = "do_not_disturb"
        case denied
        case over
        case tooMany = "too_many"
        /// A reason that only a newer program knows.
        case other

        public static var ofNewerProgram: Self? { .other }
    }
}

extension HeardBy.Reason {
    /// Reads the word of a reason; an unknown word, of a newer program, becomes `other`.
    public init(word: String) { self = Self(rawValue: word) ?? .other }

    /// Reads the reason that a station reported; nil for none.
    public init?(_ why: Unheard) {
        guard why != .heard else { return nil }
        let place = Int(why.rawValue) - 1
        self = Self.told.indices.contains(place) ? Self.told[place] : .other
    }

    /// The reasons by their numbers on the wire, from 1 on (`Unheard`).
    private static let told: [Self] = [
        .noOutput, .outputLost, .outputStill, .cardMuted, .speakerMuted, .volume, .heldDown,
        .turnedDown, .outranked, .notListening, .notMember, .doNotDisturb, .denied, .over, .tooMany,
    ]

    /// The reason in words, for a person at the talker.
    public var words: String {
        switch self {
        case .down: "it is down"
        case .noNetwork: "this station has no network"
        case .microphoneMuted: "this station's microphone is muted"
        case .microphoneCardMuted:
            "this station's microphone is muted or at 0 in its card's mixer"
        case .microphoneLost: "this station's microphone is not there, or stands still"
        case .noAnswer: "no report came back"
        case .network: "the network lost the rest, or brought it too late"
        case .unknown: "its program is older and does not report what was heard"
        case .noOutput: "there is no speaker (output = none)"
        case .outputLost: "the speaker's sound card is not there"
        case .outputStill: "the speaker's sound card stands still"
        case .cardMuted: "the sound card is muted or at 0 in the mixer"
        case .speakerMuted: "the speaker is muted"
        case .volume: "the volume is too low"
        case .heldDown: "an open microphone holds the speaker down (half duplex)"
        case .turnedDown: "the voice, or the channel, is muted or turned very low"
        case .outranked: "something of higher priority was heard"
        case .notListening: "the channel is not listened to (listen = no)"
        case .notMember: "there is no such channel, or the talker is no member of it"
        case .doNotDisturb: "do not disturb is on, or quiet hours are"
        case .denied: "the policy does not allow it"
        case .over: "it is over"
        case .tooMany: "too many spoke at once"
        case .other: "its program is newer and gives a reason not known here"
        }
    }

    /// Whether the reason lies at the talker: listeners can do nothing about it.
    public var isTalkers: Bool {
        switch self {
        case .noNetwork, .microphoneMuted, .microphoneCardMuted, .microphoneLost: true
        default: false
        }
    }

    /// Whether the reason lies between the stations: neither can mend it alone.
    public var isBetween: Bool { self == .network }

    /// The seconds after a talk for which the reason is shown.
    ///
    /// The state of a network changes soon, and shows only during a talk.
    public var shownForSeconds: Double { isBetween ? 60 : 600 }

    /// The advice, for the station that does not hear, or for the talker if the reason lies there.
    public var fix: String {
        switch self {
        case .microphoneMuted: "intercomctl unmute mic"
        case .microphoneCardMuted:
            "alsamixer, F4; mic-volume = 80% in [audio] sets it when the card is opened"
        case .microphoneLost: "intercomctl doctor"
        case .noNetwork: "intercomctl status"
        case .down, .noAnswer: "see whether it has power and network"
        case .network:
            "see whether its cable is loose; on Wi-Fi, use a cable, or move nearer to the access"
                + " point; intercomctl stats PEER shows the loss"
        case .unknown: "install the same version on both"
        case .noOutput: "set output in [audio] (intercomctl audio list)"
        case .outputLost:
            "plug the sound card in, or set output in [audio] (intercomctl audio list)"
        case .outputStill: Standstill.fix
        case .cardMuted: "alsamixer; volume = 80% in [audio] sets it when the card is opened"
        case .speakerMuted: "intercomctl unmute speaker"
        case .volume: "intercomctl volume 100; for pages: intercomctl volume page 100"
        case .heldDown: "release the button; intercomctl status shows the target of the microphone"
        case .turnedDown:
            "unmute it (intercomctl status names what is muted), or change mute and gain in its"
                + " section"
        case .outranked, .over, .tooMany: "say it again"
        case .notListening: "set listen = yes in its [channel]"
        case .notMember: "compare the names and members of the [channel] on both sides"
        case .doNotDisturb: "intercomctl dnd off; if quiet hours are on: hours in [quiet]"
        case .denied:
            "in [policy NAME], with the talker's name: announce = allow, or for an emergency:"
                + " emergency = allow"
        case .other: "intercomctl doctor"
        }
    }
}

extension [HeardBy] {
    /// Whether a listener has heard the talk, or may have.
    public var isHeard: Bool { contains { $0.isPart } }

    /// `kitchen 100 %, garage nothing (the speaker is muted)`; `nobody` for an empty list.
    ///
    /// Listeners that hear all come first, and listeners that hear nothing come last.
    public var sentence: String {
        guard !isEmpty else { return "nobody" }
        let (fine, others) = (filter { $0.reason == nil }, filter { $0.reason != nil })
        let (part, deaf) = (others.filter { $0.isPart }, others.filter { !$0.isPart })
        return (fine + part + deaf).map { one in
            let share = one.percent.map { $0 == 0 ? " nothing" : " \($0) %" } ?? ""
            let why = one.reason.map { " (\(one.detail ?? $0.words))" } ?? ""
            return one.peer + share + why
        }.joined(separator: ", ")
    }
}

/// A sound card that is open and moves no sound.
public enum Standstill {
    /// Advice for a person.
    public static let fix =
        "unplug the card and plug it in again, or try another port or cable (sudo dmesg | tail)"
}
