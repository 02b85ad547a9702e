public import Wire

/// A request of `intercomctl` to the daemon: one JSON object on one line.
///
/// `{"v":1,"do":"status"}`; `ptt` has `action` and `target` besides, `reload` has `check`,
/// `latency` and `signal` have `peer`, `relay` has `relay` and perhaps `peer`; for others see
/// `StateRequest`, `HistoryQuery` and `CallRequest`.
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
    /// Calls, pages, and all about one peer.
    case calls(CallRequest)

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
        switch json.member("do")?.text {
        case "status": self = .status
        case "peers": self = .peers
        case "monitor": self = .monitor
        case "levels": self = .levels
        case "latency":
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "latency needs \"peer\": its name")
            }
            self = .latency(peer: peer)
        case "announce": self = try Self.announce(json)
        case "relay":
            guard let name = json.member("relay")?.text else {
                throw ControlError(.badRequest, "relay needs \"relay\": its name")
            }
            guard json.has("peer") else { self = .relay(name, peer: nil); return }
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "relay takes \"peer\": its name")
            }
            self = .relay(name, peer: peer)
        case "signal":
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "signal needs \"peer\": its name")
            }
            self = .signal(peer: peer)
        case "tone": self = .tone
        case "key": self = .key
        case "version": self = .version
        case "ptt": self = try Self.ptt(json)
        case "talk":
            guard let target = json.member("target")?.text else {
                throw ControlError(.badRequest, "talk needs \"target\": a peer or a channel")
            }
            self = .talk(target: target)
        case "reload": self = try Self.reload(json)
        case "history": self = .history(try HistoryQuery(json))
        case "state": self = .state(try StateRequest(json))
        case .some(let command):
            if let request = try CallRequest(command, json) {
                self = .calls(request)
                return
            }
            throw ControlError(.unknownCommand, "this daemon does not know that command")
        case nil:
            throw ControlError(.badRequest, "the request has no \"do\"")
        }
    }

    private static func ptt(_ json: borrowing JSON) throws(ControlError) -> Request {
        let action = json.member("action")?.text
        guard action == "down" || action == "up" else {
            throw ControlError(.badRequest, "ptt needs \"action\": \"down\" or \"up\"")
        }
        guard let target = json.member("target")?.text else {
            throw ControlError(.badRequest, "ptt needs \"target\": a peer or a channel")
        }
        return .ptt(isDown: action == "down", target: target)
    }

    private static func announce(_ json: borrowing JSON) throws(ControlError) -> Request {
        let word = json.has("priority") ? json.member("priority")?.text : "normal"
        guard let target = json.member("target")?.text,
            let samples = json.member("samples")?.integer,
            let priority = word.flatMap({ Priority(word: $0) })
        else {
            throw ControlError(
                .badRequest,
                "announce needs \"target\", \"samples\": their number; \"priority\" is normal, "
                    + "high or emergency")
        }
        return .announce(target: target, priority: priority, samples: samples)
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
        switch self {
        case .status: json.set("do", JSON("status"))
        case .peers: json.set("do", JSON("peers"))
        case .monitor: json.set("do", JSON("monitor"))
        case .levels: json.set("do", JSON("levels"))
        case .latency(let peer):
            json.set("do", JSON("latency"))
            json.set("peer", JSON(peer))
        case .announce(let target, let priority, let samples):
            json.set("do", JSON("announce"))
            json.set("target", JSON(target))
            json.set("priority", JSON(priority.word))
            json.set("samples", JSON(samples))
        case .relay(let name, let peer):
            json.set("do", JSON("relay"))
            json.set("relay", JSON(name))
            if let peer { json.set("peer", JSON(peer)) }
        case .signal(let peer):
            json.set("do", JSON("signal"))
            json.set("peer", JSON(peer))
        case .tone: json.set("do", JSON("tone"))
        case .key: json.set("do", JSON("key"))
        case .version: json.set("do", JSON("version"))
        case .ptt(let isDown, let target):
            json.set("do", JSON("ptt"))
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
        case .talk(let target):
            json.set("do", JSON("talk"))
            json.set("target", JSON(target))
        case .reload(let isCheck):
            json.set("do", JSON("reload"))
            json.set("check", JSON(isCheck))
        case .history(let query): query.write(&json)
        case .state(let request): request.write(&json)
        case .calls(let request): request.write(&json)
        }
        guard let line = json.encoded(limit: ControlLimits.reply) else {
            preconditionFailure("a request is a few short words")
        }
        return line + [UInt8(ascii: "\n")]
    }
}
