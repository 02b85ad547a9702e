public import Wire

/// Requests about calls and pages.
///
/// `call` has `target` and perhaps `mode` (`call`, `drop-in`, `listen`) and `priority`; `page` has
/// `action`, `target` and perhaps `priority`; `show` has `peer`; `answer`, `reject` and `hangup`
/// stand alone.
public enum CallRequest: Equatable, Sendable {
    public enum Mode: String, CaseIterable, Sendable {
        case call
        case dropIn = "drop-in"
        case listen
    }

    case call(String, Mode, Priority)
    case answer
    case reject
    case hangUp
    case page(String, isDown: Bool, Priority)
    case show(peer: String)

    /// Reads the rest of a request; nil when the command is none of these.
    init?(_ command: String, _ json: borrowing JSON) throws(ControlError) {
        switch command {
        case "answer": self = .answer
        case "reject": self = .reject
        case "hangup": self = .hangUp
        case "call":
            let word = json.has("mode") ? json.member("mode")?.text : "call"
            guard let mode = word.flatMap({ Mode(rawValue: $0) }) else {
                throw ControlError(
                    .badRequest, "call takes \"mode\": \"call\", \"drop-in\" or \"listen\"")
            }
            self = .call(try Self.target(command, json), mode, try Self.priority(command, json))
        case "page":
            let action = json.member("action")?.text
            guard action == "down" || action == "up" else {
                throw ControlError(.badRequest, "page needs \"action\": \"down\" or \"up\"")
            }
            self = .page(
                try Self.target(command, json), isDown: action == "down",
                try Self.priority(command, json))
        case "show":
            guard let peer = json.member("peer")?.text else {
                throw ControlError(.badRequest, "show needs \"peer\": its name")
            }
            self = .show(peer: peer)
        default: return nil
        }
    }

    private static func target(
        _ command: String, _ json: borrowing JSON
    ) throws(ControlError) -> String {
        guard let target = json.member("target")?.text else {
            throw ControlError(
                .badRequest, "\(command) needs \"target\": a peer or a channel")
        }
        return target
    }

    private static func priority(
        _ command: String, _ json: borrowing JSON
    ) throws(ControlError) -> Priority {
        guard json.has("priority") else { return .normal }
        guard let text = json.member("priority")?.text,
            let priority = Priority(word: text)
        else {
            throw ControlError(
                .badRequest,
                "\(command) takes \"priority\": \"normal\", \"high\" or \"emergency\"")
        }
        return priority
    }

    func write(_ json: inout JSON) {
        switch self {
        case .answer: json.set("do", JSON("answer"))
        case .reject: json.set("do", JSON("reject"))
        case .hangUp: json.set("do", JSON("hangup"))
        case .call(let target, let mode, let priority):
            json.set("do", JSON("call"))
            json.set("target", JSON(target))
            json.set("mode", JSON(mode.rawValue))
            json.set("priority", JSON(priority.word))
        case .page(let target, let isDown, let priority):
            json.set("do", JSON("page"))
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
            json.set("priority", JSON(priority.word))
        case .show(let peer):
            json.set("do", JSON("show"))
            json.set("peer", JSON(peer))
        }
    }
}
