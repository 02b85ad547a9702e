public import Wire

/// A request of `intercomctl` to the daemon: one JSON object on one line.
///
/// `{"v":1,"do":"status"}`; `ptt` has `action` and `target` besides, `reload` has `check`,
/// `latency`, `signal` and `show` have `peer`, `relay` has `relay` and perhaps `peer`; `call` has
/// `target` and perhaps `mode` (`call`, `drop-in`, `listen`) and `priority`; `page` has `action`,
/// `target` and perhaps `priority`. For others see `StateRequest`, `HistoryQuery` and
/// `PairRequest`.
public enum Request: Equatable, Sendable {
    case status
    case peers
    /// Presses or releases a virtual talk button for a peer or channel.
    case ptt(isDown: Bool, target: String)
    /// The same button, held for as long as the connection is open.
    case talk(target: String)
    /// Keeps the connection open and receives every `Event`.
    case monitor
    /// Keeps the connection open and receives `Levels` 20 times a second.
    case levels
    /// Plays sweeps at a peer and listens for them here.
    case latency(peer: String)
    /// Audio follows the reply: this many samples at 48 kHz, two bytes each, low byte first.
    case announce(target: String, priority: Priority, samples: Int)
    /// Switches a relay on for its pulse: one here, or a peer's.
    case relay(String, peer: String?)
    /// Lights the call light of a peer.
    case signal(peer: String)
    /// Plays a test tone at the speaker here.
    case tone
    case key
    case version
    /// Reads and applies the configuration; a check only reports what would change.
    case reload(isCheck: Bool)
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
    /// All about one peer.
    case show(peer: String)
    /// Keeps the connection open, and receives a `PairingReport` for each thing that happens.
    case pair(PairRequest)
    /// Joins the site that a peer shows, if these are the digits of its key.
    case join(peer: String, site: String)

    /// What is opened at the peer that is called.
    public enum CallMode: String, CaseIterable, Sendable {
        case call
        case dropIn = "drop-in"
        case listen
    }

    /// The version of this protocol, the same in requests and replies.
    public static let protocolVersion = 1

    /// Reads one line, without its newline.
    ///
    /// - Throws: what the daemon answers to it.
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
        guard let verb = Verb(rawValue: word) else {
            throw ControlError(.unknownCommand, "this daemon does not know that command")
        }
        switch verb {
        case .status: self = .status
        case .peers: self = .peers
        case .ptt: self = try Self.ptt(json)
        case .talk: self = .talk(target: try verb.target(json))
        case .monitor: self = .monitor
        case .levels: self = .levels
        case .latency: self = .latency(peer: try verb.peer(json))
        case .announce: self = try Self.announce(json)
        case .relay: self = try Self.relay(json)
        case .signal: self = .signal(peer: try verb.peer(json))
        case .tone: self = .tone
        case .key: self = .key
        case .version: self = .version
        case .reload: self = try Self.reload(json)
        case .history: self = .history(try HistoryQuery(json))
        case .state: self = .state(try StateRequest(json))
        case .call: self = try Self.call(json)
        case .answer: self = .answer
        case .reject: self = .reject
        case .hangUp: self = .hangUp
        case .page: self = try Self.page(json)
        case .show: self = .show(peer: try verb.peer(json))
        case .pair: self = .pair(try PairRequest(json))
        case .join: self = try Self.join(json)
        }
    }

    private static func call(_ json: borrowing JSON) throws(ControlError) -> Request {
        let word = json.has("mode") ? json.member("mode")?.text : "call"
        guard let mode = word.flatMap({ CallMode(rawValue: $0) }) else {
            throw ControlError(
                .badRequest, "call takes \"mode\": \"call\", \"drop-in\" or \"listen\"")
        }
        return .call(
            try Verb.call.target(json), mode, try priority(Verb.call, json))
    }

    private static func page(_ json: borrowing JSON) throws(ControlError) -> Request {
        let action = json.member("action")?.text
        guard action == "down" || action == "up" else {
            throw ControlError(.badRequest, "page needs \"action\": \"down\" or \"up\"")
        }
        return .page(
            try Verb.page.target(json), isDown: action == "down",
            try priority(Verb.page, json))
    }

    private static func priority(
        _ verb: Verb, _ json: borrowing JSON
    ) throws(ControlError) -> Priority {
        guard json.has("priority") else { return .normal }
        guard let text = json.member("priority")?.text,
            let priority = Priority(word: text)
        else {
            throw ControlError(
                .badRequest,
                "\(verb.rawValue) takes \"priority\": \"normal\", \"high\" or \"emergency\"")
        }
        return priority
    }

    private static func ptt(_ json: borrowing JSON) throws(ControlError) -> Request {
        let action = json.member("action")?.text
        guard action == "down" || action == "up" else {
            throw ControlError(.badRequest, "ptt needs \"action\": \"down\" or \"up\"")
        }
        return .ptt(isDown: action == "down", target: try Verb.ptt.target(json))
    }

    private static func announce(_ json: borrowing JSON) throws(ControlError) -> Request {
        let word = json.has("priority") ? json.member("priority")?.text : "normal"
        guard let target = json.member("target")?.text,
            let samples = json.member("samples")?.integer,
            let priority = word.flatMap({ Priority(word: $0) })
        else {
            throw ControlError(
                .badRequest,
                "announce needs \"target\" and \"samples\", their number, and takes "
                    + "\"priority\": \"normal\", \"high\" or \"emergency\"")
        }
        return .announce(target: target, priority: priority, samples: samples)
    }

    private static func relay(_ json: borrowing JSON) throws(ControlError) -> Request {
        guard let name = json.member("relay")?.text else {
            throw ControlError(.badRequest, "relay needs \"relay\": its name")
        }
        guard json.has("peer") else { return .relay(name, peer: nil) }
        guard let peer = json.member("peer")?.text else {
            throw ControlError(.badRequest, "relay takes \"peer\": its name")
        }
        return .relay(name, peer: peer)
    }

    private static func join(_ json: borrowing JSON) throws(ControlError) -> Request {
        guard let site = json.member("site")?.text else {
            throw ControlError(.badRequest, "join needs \"site\": the digits of its key")
        }
        return .join(peer: try Verb.join.peer(json), site: site)
    }

    private static func reload(_ json: borrowing JSON) throws(ControlError) -> Request {
        // Without "check" it applies; a "check" that is not a truth value is an error.
        guard json.has("check") else { return .reload(isCheck: false) }
        guard let isCheck = json.member("check")?.flag else {
            throw ControlError(.badRequest, "reload takes \"check\": true or false")
        }
        return .reload(isCheck: isCheck)
    }

    /// The line, newline included.
    public var encoded: [UInt8] {
        var json = JSON.object()
        json.set("v", JSON(Self.protocolVersion))
        json.set("do", JSON(verb.rawValue))
        switch self {
        case .status, .peers, .monitor, .levels, .tone, .key, .version, .answer, .reject, .hangUp:
            break
        case .latency(let peer), .signal(let peer), .show(let peer): json.set("peer", JSON(peer))
        case .announce(let target, let priority, let samples):
            json.set("target", JSON(target))
            json.set("priority", JSON(priority.word))
            json.set("samples", JSON(samples))
        case .relay(let name, let peer):
            json.set("relay", JSON(name))
            if let peer { json.set("peer", JSON(peer)) }
        case .ptt(let isDown, let target):
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
        case .talk(let target): json.set("target", JSON(target))
        case .reload(let isCheck): json.set("check", JSON(isCheck))
        case .history(let query): query.write(&json)
        case .state(let request): request.write(&json)
        case .call(let target, let mode, let priority):
            json.set("target", JSON(target))
            json.set("mode", JSON(mode.rawValue))
            json.set("priority", JSON(priority.word))
        case .page(let target, let isDown, let priority):
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
            json.set("priority", JSON(priority.word))
        case .pair(let request): request.write(&json)
        case .join(let peer, let site):
            json.set("peer", JSON(peer))
            json.set("site", JSON(site))
        }
        guard let line = json.encoded(limit: ControlLimits.reply) else {
            preconditionFailure("a request is a few short words")
        }
        return line + [UInt8(ascii: "\n")]
    }
}

extension Request {
    /// The word in `do`, one for each kind of request.
    enum Verb: String, CaseIterable {
        case status, peers, ptt, talk, monitor, levels, latency, announce, relay, signal, tone, key
        case version, reload, history, state, call, answer, reject
        case hangUp = "hangup"
        case page, show, pair, join

        /// The member `target` that the request cannot do without.
        func target(_ json: borrowing JSON) throws(ControlError) -> String {
            guard let target = json.member("target")?.text else {
                throw ControlError(
                    .badRequest, "\(rawValue) needs \"target\": a peer or a channel")
            }
            return target
        }

        /// The same of `peer`.
        func peer(_ json: borrowing JSON) throws(ControlError) -> String {
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "\(rawValue) needs \"peer\": its name")
            }
            return peer
        }
    }

    var verb: Verb {
        switch self {
        case .status: .status
        case .peers: .peers
        case .ptt: .ptt
        case .talk: .talk
        case .monitor: .monitor
        case .levels: .levels
        case .latency: .latency
        case .announce: .announce
        case .relay: .relay
        case .signal: .signal
        case .tone: .tone
        case .key: .key
        case .version: .version
        case .reload: .reload
        case .history: .history
        case .state: .state
        case .call: .call
        case .answer: .answer
        case .reject: .reject
        case .hangUp: .hangUp
        case .page: .page
        case .show: .show
        case .pair: .pair
        case .join: .join
        }
    }
}

/// The priority of a call, page or announcement as people type it and JSON has it.
extension Priority {
    /// In the order in which they outrank each other.
    public static let words = ["normal", "high", "emergency"]

    /// A number that this release does not know counts as normal.
    public var word: String {
        switch self {
        case .emergency: "emergency"
        case .high: "high"
        default: "normal"
        }
    }

    /// Nil when the word names no priority.
    public init?(word: String) {
        switch word {
        case "emergency": self = .emergency
        case "high": self = .high
        case "normal": self = .normal
        default: return nil
        }
    }
}
