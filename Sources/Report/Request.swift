public import Wire

/// A request of `intercomctl` to the daemon: one JSON object on one line.
///
/// `{"v":1,"do":"status"}`; `fields` has the other members of each request.
public enum Request: Equatable, Sendable {
    case status
    case peers
    /// Presses or releases a virtual talk button for a peer or channel.
    case ptt(isDown: Bool, target: String)
    /// Holds a virtual talk button for as long as the connection is open.
    case talk(target: String)
    /// Keeps the connection open and receives every `Event`.
    case watchEvents
    /// Keeps the connection open and receives `Levels` 20 times a second.
    case levels
    /// Announces audio after the reply: this many samples at 48 kHz, two bytes each, low byte
    /// first.
    case announce(target: String, priority: Priority, samples: Int)
    /// Switches a relay on for its pulse: one here, or a peer's.
    case relay(String, peer: String?)
    /// Lights the call light of a peer.
    case signal(peer: String)
    /// Plays a test tone at the speaker here.
    case tone
    case key
    case version
    /// Reads and applies the configuration.
    case reload
    /// The call history.
    case history(HistoryQuery)
    /// Volumes, mutes, do-not-disturb.
    case state(StateRequest)
    case call(String, CallMode, Priority)
    case answer
    case reject
    case hangUp
    /// Opens the microphone for a page, or ends it.
    case page(String, isDown: Bool, Priority)
    /// Shows all about one peer.
    case show(peer: String)
    /// Keeps the connection open, and receives a `PairingReport` for each step.
    case pair(PairRequest)
    /// Joins the site that a peer shows, if these are the digits of its key.
    case join(peer: String, site: String)
    /// Voice messages.
    case message(MessageRequest)
    /// Plays the talkspurt that was heard last, of a peer or of any one, until the caller
    /// disconnects; soon after that, the one before it.
    case replay(peer: String?)

    /// The way in which a call opens microphones.
    public enum CallMode: String, JSONWord, CaseIterable, Sendable {
        case call
        case dropIn = "drop-in"
        case listenIn = "listen"
    }

    /// The version of this protocol, the same in requests and replies.
    public static let protocolVersion = 1

    /// Reads one line, without its newline.
    ///
    /// - Throws: the refusal with which the daemon replies.
    public init(parsing line: Span<UInt8>) throws(ControlError) {
        guard line.count <= ControlLimits.request else {
            throw ControlError(
                .tooLong, "the request is longer than \(ControlLimits.request) bytes")
        }
        guard let json = JSON(parsing: line) else {
            throw ControlError(.badRequest, "the request is not one JSON object")
        }
        guard let version = json.member("v")?.integer else {
            throw ControlError(.badRequest, "the request has no \"v\"")
        }
        guard version == Self.protocolVersion else {
            throw ControlError(
                .unsupportedVersion,
                "the request is of protocol \(version), this daemon speaks \(Self.protocolVersion)")
        }
        guard let word = json.member("do")?.text else {
            throw ControlError(.badRequest, "the request has no \"do\"")
        }
        guard let kind = Self.of(word) else {
            throw ControlError(.unknownCommand, "this daemon does not know that command")
        }
        self = kind
        var coder = JSONCoder(reading: json)
        fields(&coder)
        if let key = coder.broken {
            throw ControlError(.badRequest, "\(word): \"\(key)\" is missing or wrong")
        }
    }

    /// The line, newline included.
    public var encoded: [UInt8] {
        var coder = JSONCoder(writing: .object())
        var copy = self
        _ = coder.passed("v", Self.protocolVersion)
        coder.kind("do", &copy)
        // A few short words: the line is never too long.
        return coder.finish().line
    }
}

extension Request: JSONKind {
    static let kinds: [Request] = [
        .status, .peers, .ptt(isDown: false, target: ""), .talk(target: ""), .watchEvents, .levels,
        .announce(target: "", priority: .normal, samples: 0), .relay("", peer: nil),
        .signal(peer: ""), .tone, .key, .version, .reload,
        .history(HistoryQuery()), .state(.show), .call("", .call, .normal), .answer, .reject,
        .hangUp, .page("", isDown: false, .normal), .show(peer: ""), .pair(PairRequest()),
        .join(peer: "", site: ""), .message(.list), .replay(peer: nil),
    ]

    @discardableResult
    mutating func fields(_ coder: inout JSONCoder) -> String {
        switch self {
        case .status: return "status"
        case .peers: return "peers"
        case .ptt(let isDown, let target):
            self = .ptt(isDown: coder.action(isDown), target: coder.passed("target", target))
            return "ptt"
        case .talk(let target):
            self = .talk(target: coder.passed("target", target))
            return "talk"
        case .watchEvents: return "monitor"
        case .levels: return "levels"
        case .announce(var target, var priority, var samples):
            coder.field("target", &target)
            coder.late("priority", &priority)
            coder.field("samples", &samples)
            self = .announce(target: target, priority: priority, samples: samples)
            return "announce"
        case .relay(var name, var peer):
            coder.field("relay", &name)
            coder.optional("peer", &peer)
            self = .relay(name, peer: peer)
            return "relay"
        case .signal(let peer):
            self = .signal(peer: coder.passed("peer", peer))
            return "signal"
        case .tone: return "tone"
        case .key: return "key"
        case .version: return "version"
        case .reload:
            // An older program sends `check` to see the changes without applying them.
            coder.check("check", !coder.has("check"))
            return "reload"
        case .history(var query):
            query.fields(&coder)
            coder.check("limit", query.limit > 0)
            coder.check("skip", query.skip >= 0)
            self = .history(query)
            return "history"
        case .state(var request):
            if request != .show || coder.has("set") { coder.kind("set", &request) }
            self = .state(request)
            return "state"
        case .call(var target, var mode, var priority):
            coder.field("target", &target)
            coder.late("mode", &mode)
            coder.late("priority", &priority)
            self = .call(target, mode, priority)
            return "call"
        case .answer: return "answer"
        case .reject: return "reject"
        case .hangUp: return "hangup"
        case .page(var target, var isDown, var priority):
            isDown = coder.action(isDown)
            coder.field("target", &target)
            coder.late("priority", &priority)
            self = .page(target, isDown: isDown, priority)
            return "page"
        case .show(let peer):
            self = .show(peer: coder.passed("peer", peer))
            return "show"
        case .pair(var request):
            request.fields(&coder)
            self = .pair(request)
            return "pair"
        case .join(let peer, let site):
            self = .join(peer: coder.passed("peer", peer), site: coder.passed("site", site))
            return "join"
        case .message(var request):
            coder.kind("action", &request)
            self = .message(request)
            return "message"
        case .replay(var peer):
            coder.optional("peer", &peer)
            self = .replay(peer: peer)
            return "replay"
        }
    }
}

/// A request to pair with another station by a code (protocol.md §4.1).
///
/// `pair` alone shows a code. With `code` it tries that code, at `host` or at a station found on
/// the LAN. Both take `name`, the new name of the other station here, and `takes_back`, which
/// accepts a station that the site here has taken out. The pairing ends when the caller
/// disconnects.
public struct PairRequest: Equatable, Sendable {
    public private(set) var code: String?
    public private(set) var host: String?
    public private(set) var name: String?
    public private(set) var takesBack: Bool

    public init(
        code: String? = nil, host: String? = nil, name: String? = nil, takesBack: Bool = false
    ) {
        (self.code, self.host, self.name, self.takesBack) = (code, host, name, takesBack)
    }

    mutating func fields(_ coder: inout JSONCoder) {
        var isBack = takesBack ? true : nil
        coder.optional("code", &code)
        coder.optional("host", &host)
        coder.optional("name", &name)
        coder.optional("takes_back", &isBack)
        takesBack = isBack ?? false
        coder.check("code", code != nil || host == nil)
    }
}

extension JSONCoder {
    /// Codes the action of a button: down, or up.
    fileprivate mutating func action(_ isDown: Bool) -> Bool {
        let word = passed("action", isDown ? "down" : "up")
        check("action", word == "down" || word == "up")
        return word == "down"
    }
}

/// The right that a local user needs for a request, besides access to the control socket.
///
/// Root, the daemon's user and group `intercom` can open the socket, and may do everything that the
/// buttons of this station might do. An administrator changes this station, and acts at other
/// stations without asking a person there. The list is an interface, documented in
/// docs/security/threat-model.md.
public enum Right {
    /// The group whose members have all rights.
    public static let administrators = "intercom-admin"
}

extension Request {
    /// The refusal for a caller that is no administrator; nil if every person may make the request.
    public var refusal: ControlError? {
        guard let deed = row.deed else { return nil }
        let group = Right.administrators
        return ControlError(
            .denied,
            "\(deed) is for root and members of group \(group): sudo usermod -aG \(group) $USER,"
                + " and log in again")
    }

    /// Whether the request must be done at once or not at all; closing a microphone is always done.
    public var isForNow: Bool { row.isForNow }

    /// Whether the request lasts beyond its reply: its caller waits for more, or the request lasts
    /// as long as the caller.
    public var outlastsItsReply: Bool { row.outlastsItsReply }

    /// `deed` is the name of an act for administrators alone; nil if every person may make the
    /// request.
    private var row: (deed: String?, isForNow: Bool, outlastsItsReply: Bool) {
        switch self {
        case .status, .peers, .watchEvents, .key, .version, .state, .reject, .hangUp, .show,
            .ptt(isDown: false, _), .page(_, isDown: false, _), .message(.end), .message(.list):
            (nil, false, false)
        case .ptt, .tone, .signal, .answer, .relay(_, peer: nil), .message(.agree):
            (nil, true, false)
        case .talk, .message(.record), .message(.send), .message(.play), .message(.delete), .replay:
            (nil, true, true)
        case .history: (nil, false, true)
        case .levels: ("showing the sound of the microphone", false, false)
        case .message(.hear): ("showing the sound of the microphone", true, true)
        case .reload: ("reading the settings again", true, true)
        case .pair: ("pairing with another station", true, true)
        case .join: ("joining a site", true, true)
        case .relay: ("switching a relay of another station", true, false)
        case .call(_, .dropIn, _): ("dropping in on another room", true, false)
        case .call(_, .listenIn, _): ("listening in on another room", true, false)
        case .call(_, .call, let priority): (priority.deed, true, false)
        case .announce(_, let priority, _), .page(_, _, let priority): (priority.deed, true, true)
        }
    }
}

extension Priority {
    fileprivate var deed: String? { self == .emergency ? "the emergency priority" : nil }
}

/// The priority of a call, page or announcement, as people type it and JSON has it.
extension Priority {
    /// The words, from the lowest priority to the highest.
    public static let words = ["normal", "high", "emergency"]

    /// The word of the priority; a number that this release does not know counts as normal.
    public var word: String {
        let place = Int(rawValue)
        return Self.words[Self.words.indices.contains(place) ? place : 0]
    }

    /// Nil when the word names no priority.
    public init?(word: String) {
        guard let place = Self.words.firstIndex(of: word) else { return nil }
        self.init(rawValue: UInt8(place))
    }
}
