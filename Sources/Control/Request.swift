/// What `intercomctl` asks of the daemon: one JSON object, one line.
///
/// `{"v":1,"do":"status"}`; `ptt` has `action` and `target` besides, `reload` has `check`,
/// `latency` has `peer`.
public enum Request: Equatable, Sendable {
    case status
    case peers
    /// Presses or lets go a key that is not there, towards a peer or channel.
    case ptt(isDown: Bool, target: String)
    /// Keeps the line open and gets every `Event`.
    case monitor
    /// Keeps the line open and gets `Levels` 20 times a second.
    case levels
    /// Has a tone played by a peer, and listens for it here.
    case latency(peer: String)
    case key
    case version
    /// Reads the configuration anew and applies it; a check only tells what would change.
    case reload(isCheck: Bool)

    /// The version of this protocol, the same in requests and replies.
    public static let protocolVersion = 1

    static let commands = [
        "status", "peers", "ptt", "monitor", "levels", "latency", "key", "version", "reload",
    ]

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
        case "key": self = .key
        case "version": self = .version
        case "ptt": self = try Self.ptt(json)
        case "reload": self = try Self.reload(json)
        case .some:
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

    private static func reload(_ json: borrowing JSON) throws(ControlError) -> Request {
        // Not a check unless it says so; but a "check" of another kind was meant to be one.
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
        case .key: json.set("do", JSON("key"))
        case .version: json.set("do", JSON("version"))
        case .ptt(let isDown, let target):
            json.set("do", JSON("ptt"))
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
        case .reload(let isCheck):
            json.set("do", JSON("reload"))
            json.set("check", JSON(isCheck))
        }
        guard let line = json.encoded(limit: ControlLimits.reply) else {
            preconditionFailure("a request is a few short words")
        }
        return line + [UInt8(ascii: "\n")]
    }
}
