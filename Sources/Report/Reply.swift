/// An answer of the daemon: one JSON object, one line.
///
/// `{"v":1,"ok":true,"status":{…}}` or `{"v":1,"ok":false,"error":{"code":…,"message":…}}`. The
/// one member besides `v` and `ok` is named for the request.
public enum Reply: Equatable, Sendable {
    case status(Status)
    case peers(PeerList)
    case ptt(PTT)
    /// From now on every line is an `Event`.
    case watchEvents
    /// From now on every line is a `Levels`.
    case levels
    case announce(Announced)
    case key(PublicKeyText)
    case version(Version)
    case reload(Reload)
    case history(HistoryList)
    /// The state, also after a change.
    case state(SavedState)
    case peer(PeerDetail)
    /// One of several reports, up to the one with stage `paired`.
    case pairing(PairingReport)
    case messages(MessageList)
    /// The request was done or is under way; the reply is a sentence.
    case done(Done)
    case refused(ControlError)

    /// The result of a `ptt`.
    public struct PTT: JSONDocument, Equatable, Sendable {
        public var target = ""
        /// Whether the station talks to the target now.
        public var isTalking = false
        /// At a release: whether a command held the microphone open for the target until now.
        public var wasTalking = false
        /// Peers with a session, which can hear the talk.
        public var listeners: [String] = []
        /// The listeners, with the reason if a listener is already known not to hear.
        public var heard: [HeardBy] = []

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("target", &target)
            coder.field("talking", &isTalking)
            coder.field("was_talking", &wasTalking)
            coder.field("listeners", &listeners)
            coder.field("heard", &heard)
        }
    }

    /// The reply to an announcement, sent twice: when the sound may come, and at the end.
    public struct Announced: JSONDocument, Equatable, Sendable {
        /// 2: `heard` is a list; in 1 it was a sentence.
        public static var schema: Int? { 2 }
        public var target = ""
        /// Peers with a session, which can hear the announcement.
        public var listeners: [String] = []
        /// Whether the announcement is over.
        public var isOver = false
        /// At the end: how much each listener heard, and the reason if not all.
        public var heard: [HeardBy] = []

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("target", &target)
            coder.field("listeners", &listeners)
            coder.field("over", &isOver)
            coder.field("heard", &heard)
        }
    }

    /// The station's public key in its forms (protocol.md §4.2).
    public struct PublicKeyText: JSONDocument, Equatable, Sendable {
        /// `intercom1:…`.
        public var key = ""
        /// 24 digits in 6 groups.
        public var fingerprint = ""

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("key", &key)
            coder.field("fingerprint", &fingerprint)
        }
    }

    /// The versions of the daemon and of the wire protocol.
    public struct Version: JSONDocument, Equatable, Sendable {
        /// The version of the daemon.
        public var version = Product.version
        /// The version of the wire protocol.
        public var protocolVersion = 1

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("version", &version)
            coder.field("protocol", &protocolVersion)
        }
    }

    /// The reply to a command that only does something.
    public struct Done: JSONDocument, Equatable, Sendable {
        /// One sentence.
        public var text = ""
        /// The id of the call that the command was about.
        public var call: String?
        /// The number of a request to a peer, which its `result` event has too.
        public var request: Int?
        /// The outcome as a code; null if the command did not wait.
        public var outcome: String?
        /// How much each listener heard of a page, and the reason if not all.
        public var heard: [HeardBy] = []
        /// The id of the message that a person speaks, for `end` and `agree`.
        public var message: String?

        public init() {}

        public init(_ text: String) { self.text = text }

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("text", &text)
            coder.field("call", &call)
            coder.late("request", &request)
            coder.field("outcome", &outcome)
            coder.field("heard", &heard)
            coder.optional("message", &message)
        }
    }

    /// The changes that a `reload` made.
    public struct Reload: JSONDocument, Equatable, Sendable {
        /// The changes, in the order of `config show`; empty if nothing has changed.
        public var difference: [Line] = []

        public init() {}

        /// Whether some of the changes need a restart.
        public var needsRestart: Bool { difference.contains { $0.needsRestart } }

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("difference", &difference)
        }

        /// One change.
        public struct Line: JSONRecord, Equatable, Sendable {
            /// `~ [audio] jitter: normal -> robust`.
            public var text = ""
            /// The section of the change: `peer attic`.
            public var section: String?
            /// Whether only a restart of the daemon applies it.
            public var needsRestart = false

            public init() {}

            public init(text: String, section: String, needsRestart: Bool) {
                self.text = text
                self.section = section
                self.needsRestart = needsRestart
            }

            public mutating func fields(_ coder: inout JSONCoder) {
                coder.field("text", &text)
                coder.late("section", &section)
                coder.field("restart", &needsRestart)
            }
        }
    }
}

extension Reply {
    /// One of each kind, to read into.
    private static let kinds: [Reply] = [
        .status(Status()), .peers(PeerList()), .ptt(PTT()), .watchEvents, .levels,
        .announce(Announced()), .key(PublicKeyText()), .version(Version()), .reload(Reload()),
        .history(HistoryList()), .state(SavedState()), .peer(PeerDetail()), .done(Done()),
        .pairing(PairingReport()), .messages(MessageList()), .refused(ControlError()),
    ]

    /// The member that has the reply, to write or to read.
    private mutating func member(_ coder: inout JSONCoder) {
        switch self {
        case .status(let status): self = .status(coder.passed("status", status))
        case .peers(let list): self = .peers(coder.passed("peers", list))
        case .ptt(let ptt): self = .ptt(coder.passed("ptt", ptt))
        case .watchEvents: coder.check("monitor", coder.passed("monitor", true))
        case .levels: coder.check("levels", coder.passed("levels", true))
        case .announce(let announced): self = .announce(coder.passed("announce", announced))
        case .key(let key): self = .key(coder.passed("key", key))
        case .version(let version): self = .version(coder.passed("version", version))
        case .reload(let reload): self = .reload(coder.passed("reload", reload))
        case .history(let list): self = .history(coder.passed("history", list))
        case .state(let state): self = .state(coder.passed("state", state))
        case .peer(let detail): self = .peer(coder.passed("detail", detail))
        case .pairing(let report): self = .pairing(coder.passed("pair", report))
        case .messages(let list): self = .messages(coder.passed("messages", list))
        case .done(let done): self = .done(coder.passed("done", done))
        case .refused(let error): self = .refused(coder.passed("error", error))
        }
    }

    /// The line, newline included; a reply over the limit becomes a refusal.
    public var encoded: [UInt8] {
        var coder = JSONCoder(writing: .object())
        var (copy, version, isOK) = (self, Request.protocolVersion, !isRefusal)
        coder.field("v", &version)
        coder.field("ok", &isOK)
        copy.member(&coder)
        guard let line = coder.finish().encoded(limit: ControlLimits.reply) else {
            return Reply.refused(
                ControlError(.tooLong, "the reply would be over \(ControlLimits.reply) bytes")
            ).encoded
        }
        return line + [UInt8(ascii: "\n")]
    }

    private var isRefusal: Bool { if case .refused = self { true } else { false } }

    /// Reads one line, without its newline.
    ///
    /// - Throws: `badRequest` if the line is no known reply.
    public init(parsing line: Span<UInt8>) throws(ControlError) {
        if line.count <= ControlLimits.reply, let json = JSON(parsing: line),
            json.member("v")?.integer == Request.protocolVersion,
            let isOK = json.member("ok")?.flag
        {
            for var kind in Self.kinds where kind.isRefusal != isOK {
                var coder = JSONCoder(reading: json.shared())
                kind.member(&coder)
                guard coder.broken != nil else {
                    self = kind
                    return
                }
            }
        }
        throw ControlError(
            .badRequest,
            "the daemon's reply cannot be read; compare the versions: intercomctl version")
    }
}
