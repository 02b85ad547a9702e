/// A request to pair with another station by a code (protocol.md §4.1).
///
/// `pair` alone shows a code. With `code` it tries that one, at `host` (of a station with several
/// addresses all of them, with commas between) or at what is found on the LAN. Both take `name`,
/// which the other station is to have here, and `takes_back` for one that the site of this station
/// has taken out. The pairing ends when the caller goes away.
public enum PairRequest: Equatable, Sendable {
    case show(name: String?, takesBack: Bool = false)
    case enter(code: String, host: String?, name: String?, takesBack: Bool = false)

    init(_ json: borrowing JSON) throws(ControlError) {
        let name = try Self.text("name", json)
        let host = try Self.text("host", json)
        let takesBack = json.member("takes_back")?.flag ?? false
        guard let code = try Self.text("code", json) else {
            guard host == nil else {
                throw ControlError(.badRequest, "pair takes \"host\" only with \"code\"")
            }
            self = .show(name: name, takesBack: takesBack)
            return
        }
        self = .enter(code: code, host: host, name: name, takesBack: takesBack)
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
        case .show(let name, let takesBack):
            if let name { json.set("name", JSON(name)) }
            if takesBack { json.set("takes_back", JSON(true)) }
        case .enter(let code, let host, let name, let takesBack):
            json.set("code", JSON(code))
            if let host { json.set("host", JSON(host)) }
            if let name { json.set("name", JSON(name)) }
            if takesBack { json.set("takes_back", JSON(true)) }
        }
    }
}
