import Testing

@testable import Config

@Suite struct SectionKindTests {
    /// What a section knows besides its settings.
    private static let others: Set = [
        "name", "origin", "keyCode", "device", "isReply", "talkTouch", "acts", "isLearned",
        "isOfSite", "isWaiting",
    ]
    /// Settings whose fields have a name of their own: a claim, a plural, a dictionary.
    private static let renamed = [
        "mute": "isMuted", "revoked": "isRevoked", "address": "addresses", "press": "acts",
        "hold": "acts",
        "double": "acts", "settings": "takesSettings",
    ]

    /// The field of a setting: `rx-hold` is in `rxHold`.
    private static func field(of setting: String) -> String {
        if let other = renamed[setting] { return other }
        let words = setting.split(separator: "-")
        return words[0]
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The fields of each section without a row, and the rows without a field.
    private static func complaints(
        _ config: Config, _ kinds: [SectionKind] = Config.kinds
    ) -> [String] {
        var found: [String] = []
        for kind in kinds {
            let plural = kind.name == "policy" ? "policies" : "\(kind.name)s"
            let label = kind.isNamed ? plural : kind.name
            guard
                let value = Mirror(reflecting: config).children.first(where: { $0.label == label })?
                    .value
            else {
                found.append("[\(kind.name)] has no field")
                continue
            }
            let all = Mirror(reflecting: value).children.map { $0.value }
            let section = kind.isNamed ? all.first ?? value : value
            let fields = Set(Mirror(reflecting: section).children.compactMap { $0.label })
            let wanted = Set(kind.settings.map { field(of: $0.name) })
            let isOther = { (field: String) in
                others.contains(field) || field.hasSuffix("Origin") || field.hasSuffix("Origins")
            }
            for name in fields.subtracting(wanted).sorted() where !isOther(name) {
                found.append("[\(kind.name)] \(name) has no row")
            }
            for name in wanted.subtracting(fields).sorted() {
                found.append("[\(kind.name)] \(name) is no field")
            }
        }
        return found
    }

    private static let text = """
        [station]
        name = a
        [button b]
        line = GPIO1
        talk = c
        [channel c]
        [lamp l]
        line = GPIO2
        show = fault
        [relay r]
        line = GPIO3
        [peer p]
        key = \(keyA)
        [policy p]
        """

    @Test func eachSettingHasAFieldOfItsName() throws {
        let found = Self.complaints(try parse(Self.text))
        #expect(found == [])
    }

    /// Negative control: kinds that have lost their fields, and fields that have lost their rows.
    @Test func aSettingOfAnotherNameIsReported() throws {
        let config = try parse(Self.text)
        let talk = SectionKind.one("talk", { $0.call }, { $0.call = $1 })
        let found = Self.complaints(config, [talk])
        #expect(found.contains("[talk] tail has no row"))
        #expect(found.contains("[talk] ringTime is no field"))
    }
}
