extension Config {
    /// `[events]`: a program that is told of events.
    public struct Events: Equatable, Sendable {
        /// Run at each event, by its whole path; nil: none.
        public internal(set) var onEvent: String?
        public internal(set) var onEventOrigin = Origin.nowhere
    }
}

extension Config.Events: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("on-event", path.or("none"), { $0.onEvent }, { $0.onEvent = $1 })
                .at { $0.onEventOrigin = $1 }
        ]
    }

    mutating func begin(_ section: INI.Section) { onEventOrigin = section.origin }

    private static var path: Form<String> {
        Form(
            allowed: .forms(["none"]),
            parse: { text in
                guard text.utf8.first == UInt8(ascii: "/") else {
                    return .wrong("\(quoted(text)) must be a program's whole path, or none")
                }
                return .value(text)
            },
            text: { $0 })
    }
}
