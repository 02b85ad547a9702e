extension Config {
    /// `[sounds]`: the sounds that the station makes itself.
    public struct Sounds: Equatable, Sendable {
        /// The sound while a call rings.
        public enum Ring: Equatable, Sendable {
            case chime
            /// A WAV file, by its absolute path.
            case file(String)
        }

        public enum Permit: String, CaseIterable, Sendable { case off, tone }

        /// The language of the spoken words, by its code of ISO 639-1.
        public enum Language: String, CaseIterable, Sendable { case en, de, fr, es, it, nl, pl, pt }

        public internal(set) var ring = Ring.chime
        /// Whether a tone reports that the channel is open, or that no listener hears.
        public internal(set) var permit = Permit.off
        public internal(set) var language = Language.en
        /// The absolute path of a directory with a directory for each language.
        public internal(set) var folder = "/usr/share/intercomd/sounds"
        public internal(set) var origin = Origin.nowhere

        /// The directory of the spoken words.
        public var words: String { "\(folder)/\(language.rawValue)" }
    }
}

extension Config.Sounds: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("ring", ringtone, { $0.ring }, { $0.ring = $1 }),
            Setting("permit", .cases, { $0.permit }, { $0.permit = $1 }),
            Setting("language", .cases, { $0.language }, { $0.language = $1 }),
            Setting("folder", .wholePath(limit: 1024), { $0.folder }, { $0.folder = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) { origin = section.origin }

    private static var ringtone: Form<Ring> {
        Form(
            allowed: .forms(["chime"]),
            parse: { text in
                if text == "chime" { return .value(.chime) }
                guard text.hasPrefix("/"), text.utf8.count > 1 else {
                    return .wrong(
                        "\(quoted(text)) must be chime, or the whole path of a WAV file")
                }
                return .value(.file(text))
            },
            text: { ring in
                switch ring {
                case .chime: "chime"
                case .file(let path): path
                }
            })
    }
}
