public import Wire

/// A request of `intercomctl` to the daemon: one JSON object on one line.
///
/// `{"v":1,"do":"status"}`; `ptt` has `action` and `target` besides, `reload` has `check`,
/// `signal` and `show` have `peer`, `relay` has `relay` and perhaps `peer`; `call` has
/// `target` and perhaps `mode` (`call`, `drop-in`, `listen`) and `priority`; `page` has `action`,
/// `target` and perhaps `priority`. For others see `StateRequest`, `HistoryQuery`, `PairRequest`
/// and `MessageRequest`.
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
    /// Voice messages.
    case message(MessageRequest)

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
        case .ptt: self = .ptt(isDown: try verb.isDown(json), target: try verb.target(json))
        case .talk: self = .talk(target: try verb.target(json))
        case .monitor: self = .monitor
        case .levels: self = .levels
        case .announce:
            guard let target = json.member("target")?.text,
                let samples = json.member("samples")?.integer,
                let priority = try? verb.priority(json)
            else {
                throw ControlError(
                    .badRequest,
                    "announce needs \"target\" and \"samples\", their number, and takes "
                        + "\"priority\": \"normal\", \"high\" or \"emergency\"")
            }
            self = .announce(target: target, priority: priority, samples: samples)
        case .relay:
            let name = try verb.text("relay", json, "its name")
            guard json.has("peer") else {
                self = .relay(name, peer: nil)
                return
            }
            self = .relay(name, peer: try verb.text("peer", json, "its name", isOptional: true))
        case .signal: self = .signal(peer: try verb.peer(json))
        case .tone: self = .tone
        case .key: self = .key
        case .version: self = .version
        case .reload:
            // Without "check" it applies; a "check" that is not a truth value is an error.
            guard let isCheck = json.has("check") ? json.member("check")?.flag : false else {
                throw ControlError(.badRequest, "reload takes \"check\": true or false")
            }
            self = .reload(isCheck: isCheck)
        case .history:
            guard let query = HistoryQuery(json: json), query.limit > 0, query.skip >= 0 else {
                throw ControlError(
                    .badRequest,
                    "history takes \"missed\": true or false, and the numbers \"since_ms\", "
                        + "\"limit\" above 0, \"skip\" from 0 on")
            }
            self = .history(query)
        case .state: self = .state(try StateRequest(json))
        case .call:
            let word = json.has("mode") ? json.member("mode")?.text : "call"
            guard let mode = word.flatMap({ CallMode(rawValue: $0) }) else {
                throw ControlError(
                    .badRequest, "call takes \"mode\": \"call\", \"drop-in\" or \"listen\"")
            }
            self = .call(try verb.target(json), mode, try verb.priority(json))
        case .answer: self = .answer
        case .reject: self = .reject
        case .hangUp: self = .hangUp
        case .page:
            let isDown = try verb.isDown(json)
            self = .page(try verb.target(json), isDown: isDown, try verb.priority(json))
        case .show: self = .show(peer: try verb.peer(json))
        case .pair: self = .pair(try PairRequest(json))
        case .join:
            let site = try verb.text("site", json, "the digits of its key")
            self = .join(peer: try verb.peer(json), site: site)
        case .message: self = .message(try MessageRequest(json))
        }
    }

    /// The line, newline included.
    public var encoded: [UInt8] {
        var json = JSON.object()
        json.set("v", JSON(Self.protocolVersion))
        json.set("do", JSON(verb.rawValue))
        switch self {
        case .status, .peers, .monitor, .levels, .tone, .key, .version, .answer, .reject, .hangUp:
            break
        case .signal(let peer), .show(let peer): json.set("peer", JSON(peer))
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
        case .history(var query):
            var coder = JSONCoder(writing: json)
            query.fields(&coder)
            json = coder.finish()
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
        case .message(let request): request.write(&json)
        }
        // A few short words: the line is never too long.
        return json.line
    }
}

extension Request {
    /// The word in `do`, one for each kind of request.
    enum Verb: String, CaseIterable {
        case status, peers, ptt, talk, monitor, levels, announce, relay, signal, tone, key
        case version, reload, history, state, call, answer, reject
        case hangUp = "hangup"
        case page, show, pair, join, message

        /// The member that has this key.
        func text(
            _ key: String, _ json: borrowing JSON, _ meaning: String, isOptional: Bool = false
        ) throws(ControlError) -> String {
            guard let text = json.member(key)?.text else {
                let wants = isOptional ? "takes" : "needs"
                throw ControlError(.badRequest, "\(rawValue) \(wants) \"\(key)\": \(meaning)")
            }
            return text
        }

        func target(_ json: borrowing JSON) throws(ControlError) -> String {
            try text("target", json, "a peer or a channel")
        }

        func peer(_ json: borrowing JSON) throws(ControlError) -> String {
            try text("peer", json, "its name")
        }

        func isDown(_ json: borrowing JSON) throws(ControlError) -> Bool {
            let action = json.member("action")?.text
            guard action == "down" || action == "up" else {
                throw ControlError(
                    .badRequest, "\(rawValue) needs \"action\": \"down\" or \"up\"")
            }
            return action == "down"
        }

        func priority(_ json: borrowing JSON) throws(ControlError) -> Priority {
            let word = json.has("priority") ? json.member("priority")?.text : "normal"
            guard let priority = word.flatMap({ Priority(word: $0) }) else {
                throw ControlError(
                    .badRequest,
                    "\(rawValue) takes \"priority\": \"normal\", \"high\" or \"emergency\"")
            }
            return priority
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
        case .message: .message
        }
    }
}

/// The priority of a call, page or announcement as people type it and JSON has it.
extension Priority {
    /// In the order in which they outrank each other.
    public static let words = ["normal", "high", "emergency"]

    /// A number that this release does not know counts as normal.
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
