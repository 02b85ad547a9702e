extension Config {
    /// `[station]`: the name of this station.
    public struct Station: Equatable, Sendable {
        /// The name; empty only before the checks.
        public internal(set) var name = ""
        public internal(set) var origin = Origin.nowhere
    }
}

extension Config.Station: ConfigSection {
    static var settings: [Setting<Self>] {
        [Setting("name", .name, { $0.name }, { $0.name = $1 }).required]
    }

    mutating func begin(_ section: INI.Section) { origin = section.origin }
}

extension Config {
    /// `[site]`: how this station joins a site, and whether it takes the site's channels.
    public struct Site: Equatable, Sendable {
        public enum Introductions: Equatable, Sendable {
            /// Nothing comes over the network.
            case no
            /// A person is asked once whether to join.
            case ask
            /// This station joins the site that this peer presents.
            case from(String)
        }

        public internal(set) var introductions = Introductions.ask
        public internal(set) var introductionsOrigin = Origin.nowhere
        /// Whether this station takes the channels of its site.
        public internal(set) var takesSettings = true
    }
}

extension Config.Site: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "introductions", .introductions, { $0.introductions }, { $0.introductions = $1 }
            ).at { $0.introductionsOrigin = $1 },
            Setting(
                "settings", .words([("yes", true), ("no", false)]),
                { $0.takesSettings }, { $0.takesSettings = $1 }),
        ]
    }
}

extension Form<Config.Site.Introductions> {
    /// The values `no`, `ask` and `from NAME`.
    fileprivate static var introductions: Self {
        Self(
            allowed: .forms(["no", "ask", "from NAME"]),
            parse: { text in
                switch text {
                case "no": return .value(.no)
                case "ask": return .value(.ask)
                default: break
                }
                let words = text.split(separator: " ")
                guard words.count == 2, words[0] == "from", isName(String(words[1])) else {
                    return .wrong("must be no, ask, or from with the name of a peer: from garage")
                }
                return .value(.from(String(words[1])))
            },
            text: { value in
                switch value {
                case .no: "no"
                case .ask: "ask"
                case .from(let name): "from \(name)"
                }
            })
    }
}

extension Config {
    /// `[pairing]`: how other stations become peers.
    public struct Pairing: Equatable, Sendable {
        /// Whether the talk button pairs this station while it has no peer.
        public internal(set) var button = true
        /// Whether the talk button, held as the power comes back, erases all that was learned.
        public internal(set) var reset = false
    }

    /// The index of the button that pairs this station now, without a screen; nil where none does.
    public var pairingButton: Int? { pairing.button && peers.isEmpty ? fingersButton : nil }

    /// The index of the button that erases this station; nil where none does.
    public var resetButton: Int? { pairing.reset ? fingersButton : nil }

    /// The index of the first talk button that fingers press.
    private var fingersButton: Int? { buttons.firstIndex { $0.talks && !$0.isVoiceOperated } }
}

extension Config.Pairing: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("button", .noOrYes, { $0.button }, { $0.button = $1 }),
            Setting("reset", .noOrYes, { $0.reset }, { $0.reset = $1 }),
        ]
    }
}

extension Config {
    /// `[events]`: a program that runs at events.
    public struct Events: Equatable, Sendable {
        /// The absolute path of the program; nil means none.
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
        Form(["none"]) { text in
            guard text.utf8.first == UInt8(ascii: "/") else {
                return .wrong("\(quoted(text)) must be a program's whole path, or none")
            }
            return .value(text)
        }
    }
}
