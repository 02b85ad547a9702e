/// An answer of the daemon: one JSON object, one line.
///
/// `{"v":1,"ok":true,"status":{…}}` or `{"v":1,"ok":false,"error":{"code":…,"message":…}}`. The
/// one member besides `v` and `ok` is named for the request.
public enum Reply: Equatable, Sendable {
    case status(Status)
    case peers(PeerList)
    case ptt(PTT)
    /// From now on every line is an `Event`.
    case monitor
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
    public struct PTT: JSONRecord, Equatable, Sendable {
        public var schema = 1
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
            coder.field("schema", &schema)
            coder.field("target", &target)
            coder.field("talking", &isTalking)
            coder.field("was_talking", &wasTalking)
            coder.field("listeners", &listeners)
            coder.field("heard", &heard)
        }
    }

    /// The reply to an announcement, sent twice: when the sound may come, and at the end.
    public struct Announced: JSONRecord, Equatable, Sendable {
        /// 2: `heard` is a list; in 1 it was a sentence.
        public var schema = 2
        public var target = ""
        /// Peers with a session, which can hear the announcement.
        public var listeners: [String] = []
        /// Whether the announcement is over.
        public var isOver = false
        /// At the end: how much each listener heard, and the reason if not all.
        public var heard: [HeardBy] = []

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("schema", &schema)
            coder.field("target", &target)
            coder.field("listeners", &listeners)
            coder.field("over", &isOver)
            coder.field("heard", &heard)
        }
    }

    /// The station's public key in its forms (protocol.md §4.2).
    public struct PublicKeyText: JSONRecord, Equatable, Sendable {
        public var schema = 1
        /// `intercom1:…`.
        public var key = ""
        /// 24 digits in 6 groups.
        public var fingerprint = ""

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("schema", &schema)
            coder.field("key", &key)
            coder.field("fingerprint", &fingerprint)
        }
    }

    /// The versions of the daemon and of the wire protocol.
    public struct Version: JSONRecord, Equatable, Sendable {
        public var schema = 1
        /// The version of the daemon.
        public var version = Product.version
        /// The version of the wire protocol.
        public var protocolVersion = 1

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("schema", &schema)
            coder.field("version", &version)
            coder.field("protocol", &protocolVersion)
        }
    }

    /// The reply to a command that only does something.
    public struct Done: JSONRecord, Equatable, Sendable {
        public var schema = 1
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

        public init() {}

        public init(_ text: String) { self.text = text }

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("schema", &schema)
            coder.field("text", &text)
            coder.field("call", &call)
            coder.late("request", &request)
            coder.field("outcome", &outcome)
            coder.field("heard", &heard)
        }
    }

    /// The changes that a `reload` made.
    public struct Reload: JSONRecord, Equatable, Sendable {
        public var schema = 1
        /// The changes, in the order of `config show`; empty if nothing has changed.
        public var difference: [Line] = []

        public init() {}

        /// Whether some of the changes need a restart.
        public var needsRestart: Bool { difference.contains { $0.needsRestart } }

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("schema", &schema)
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
    /// The line, newline included; a reply over the limit becomes a refusal.
    public var encoded: [UInt8] {
        var json = JSON.object()
        json.set("v", JSON(Request.protocolVersion))
        json.set("ok", JSON(!isRefusal))
        switch self {
        case .status(let status): json.set(Key.status.rawValue, status.json)
        case .peers(let list): json.set(Key.peers.rawValue, list.json)
        case .ptt(let ptt): json.set(Key.ptt.rawValue, ptt.json)
        case .monitor: json.set(Key.monitor.rawValue, JSON(true))
        case .levels: json.set(Key.levels.rawValue, JSON(true))
        case .announce(let announced): json.set(Key.announce.rawValue, announced.json)
        case .key(let key): json.set(Key.key.rawValue, key.json)
        case .version(let version): json.set(Key.version.rawValue, version.json)
        case .reload(let reload): json.set(Key.reload.rawValue, reload.json)
        case .history(let list): json.set(Key.history.rawValue, list.json)
        case .state(let state): json.set(Key.state.rawValue, state.json)
        case .peer(let detail): json.set(Key.detail.rawValue, detail.json)
        case .pairing(let report): json.set(Key.pair.rawValue, report.json)
        case .messages(let list): json.set(Key.messages.rawValue, list.json)
        case .done(let done): json.set(Key.done.rawValue, done.json)
        case .refused(let error):
            var inner = JSON.object()
            inner.set("code", JSON(error.code.rawValue))
            inner.set("message", JSON(error.text))
            json.set("error", inner)
        }
        guard let line = json.encoded(limit: ControlLimits.reply) else {
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
        guard line.count <= ControlLimits.reply, let json = JSON(parsing: line),
            json.member("v")?.integer == Request.protocolVersion,
            let isOK = json.member("ok")?.flag,
            let reply = isOK ? Self.accepted(json) : Self.refusal(json)
        else {
            throw ControlError(
                .badRequest,
                "the daemon's reply cannot be read; compare the versions: intercomctl version")
        }
        self = reply
    }

    /// The member that has the reply.
    private enum Key: String, CaseIterable {
        case status, peers, ptt, monitor, levels, announce, key, version, reload, history
        case state, detail, done, pair, messages
    }

    private static func accepted(_ json: borrowing JSON) -> Reply? {
        for key in Key.allCases {
            guard let inner = json.member(key.rawValue) else { continue }
            return switch key {
            case .status: Status(json: inner).map { .status($0) }
            case .peers: PeerList(json: inner).map { .peers($0) }
            case .ptt: PTT(json: inner).map { .ptt($0) }
            case .monitor: inner.flag == true ? .monitor : nil
            case .levels: inner.flag == true ? .levels : nil
            case .announce: Announced(json: inner).map { .announce($0) }
            case .key: PublicKeyText(json: inner).map { .key($0) }
            case .version: Version(json: inner).map { .version($0) }
            case .reload: Reload(json: inner).map { .reload($0) }
            case .history: HistoryList(json: inner).map { .history($0) }
            case .state: SavedState(json: inner).map { .state($0) }
            case .detail: PeerDetail(json: inner).map { .peer($0) }
            case .done: Done(json: inner).map { .done($0) }
            case .pair: PairingReport(json: inner).map { .pairing($0) }
            case .messages: MessageList(json: inner).map { .messages($0) }
            }
        }
        return nil
    }

    private static func refusal(_ json: borrowing JSON) -> Reply? {
        guard let inner = json.member("error"), let text = inner.member("message")?.text,
            let word = inner.member("code")?.text
        else { return nil }
        // An unknown code of a newer daemon still has a text for people.
        return .refused(ControlError(ControlError.Code(rawValue: word) ?? .failed, text))
    }
}
