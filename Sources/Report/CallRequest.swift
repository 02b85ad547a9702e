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

    static func call(_ json: borrowing JSON) throws(ControlError) -> CallRequest {
        let word = json.has("mode") ? json.member("mode")?.text : "call"
        guard let mode = word.flatMap({ Mode(rawValue: $0) }) else {
            throw ControlError(
                .badRequest, "call takes \"mode\": \"call\", \"drop-in\" or \"listen\"")
        }
        return .call(
            try Request.Verb.call.target(json), mode, try priority(Request.Verb.call, json))
    }

    static func page(_ json: borrowing JSON) throws(ControlError) -> CallRequest {
        let action = json.member("action")?.text
        guard action == "down" || action == "up" else {
            throw ControlError(.badRequest, "page needs \"action\": \"down\" or \"up\"")
        }
        return .page(
            try Request.Verb.page.target(json), isDown: action == "down",
            try priority(Request.Verb.page, json))
    }

    private static func priority(
        _ verb: Request.Verb, _ json: borrowing JSON
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

    func write(_ json: inout JSON) {
        switch self {
        case .answer, .reject, .hangUp: break
        case .call(let target, let mode, let priority):
            json.set("target", JSON(target))
            json.set("mode", JSON(mode.rawValue))
            json.set("priority", JSON(priority.word))
        case .page(let target, let isDown, let priority):
            json.set("action", JSON(isDown ? "down" : "up"))
            json.set("target", JSON(target))
            json.set("priority", JSON(priority.word))
        case .show(let peer): json.set("peer", JSON(peer))
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
