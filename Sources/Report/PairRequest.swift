/// A request to pair with another station by a code (protocol.md §4.1).
///
/// `pair` alone shows a code. With `code` it tries that one, at `host` (of a station with several
/// addresses all of them, with commas between) or at what is found on the LAN. Both take `name`,
/// which the other station is to have here. The pairing ends when the caller goes away.
public enum PairRequest: Equatable, Sendable {
    case show(name: String?)
    case enter(code: String, host: String?, name: String?)

    init(_ json: borrowing JSON) throws(ControlError) {
        let name = try Self.text("name", json)
        let host = try Self.text("host", json)
        guard let code = try Self.text("code", json) else {
            guard host == nil else {
                throw ControlError(.badRequest, "pair takes \"host\" only with \"code\"")
            }
            self = .show(name: name)
            return
        }
        self = .enter(code: code, host: host, name: name)
    }

    private static func text(
        _ key: String, _ json: borrowing JSON
    ) throws(ControlError) -> String? {
        guard json.has(key) else { return nil }
        guard let text = json.member(key)?.text else {
            throw ControlError(.badRequest, "pair takes \"code\", \"host\" and \"name\" as text")
        }
        return text
    }

    func write(_ json: inout JSON) {
        switch self {
        case .show(let name):
            if let name { json.set("name", JSON(name)) }
        case .enter(let code, let host, let name):
            json.set("code", JSON(code))
            if let host { json.set("host", JSON(host)) }
            if let name { json.set("name", JSON(name)) }
        }
    }
}
