extension Config {
    /// `[site]`: who brings this station into a site, and what comes with it.
    public struct Site: Equatable, Sendable {
        public enum Introductions: Equatable, Sendable {
            /// Nothing comes over the network.
            case no
            /// A person is asked once, whether to join.
            case ask
            /// The site that this peer shows is joined.
            case from(String)
        }

        public internal(set) var introductions = Introductions.ask
        public internal(set) var introductionsOrigin = Origin.nowhere
        /// Whether this station has the channels of its site.
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
    /// `no`, `ask` or `from NAME`.
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
