/// Volumes, mutes and do-not-disturb, which survive a restart.
public struct SavedState: JSONRecord, Equatable, Sendable {
    public var schema = 1
    public var volumes = Volumes()
    public var isMicrophoneMuted = false
    public var isSpeakerMuted = false
    /// Peers and channels that are not heard.
    public var muted: [String] = []
    public var doNotDisturb = DoNotDisturb()
    /// Whether the quiet hours of the settings are on: told with the rest, false in the file.
    public var isQuietTime = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("volumes", &volumes)
        coder.field("mute_mic", &isMicrophoneMuted)
        coder.field("mute_speaker", &isSpeakerMuted)
        coder.field("muted", &muted)
        coder.field("dnd", &doNotDisturb)
        coder.late("quiet_hours", &isQuietTime)
    }

    /// Whether a volume in per cent is too low to be heard: 20 is -40 dB.
    public static func isInaudible(_ percent: Int) -> Bool { percent <= 20 }

    /// Per cent, 0 to 100; 100 is as loud as it comes.
    public struct Volumes: JSONRecord, Equatable, Sendable {
        public var speaker = 100
        public var ring = 100
        public var tones = 100
        public var page = 100

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("speaker", &speaker)
            coder.field("ring", &ring)
            coder.field("tones", &tones)
            coder.field("page", &page)
            for key in Kind.allCases { self[key] = min(max(self[key], 0), 100) }
        }

        public enum Kind: String, Sendable, CaseIterable { case speaker, ring, tones, page }

        public subscript(kind: Kind) -> Int {
            get {
                switch kind {
                case .speaker: speaker
                case .ring: ring
                case .tones: tones
                case .page: page
                }
            }
            set {
                switch kind {
                case .speaker: speaker = newValue
                case .ring: ring = newValue
                case .tones: tones = newValue
                case .page: page = newValue
                }
            }
        }
    }

    /// Whether do-not-disturb blocks calls.
    public struct DoNotDisturb: JSONRecord, Equatable, Sendable {
        public var isOn = false
        /// When it ends by itself, in milliseconds since 1970; null: never.
        public var untilMilliseconds: Int?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("on", &isOn)
            coder.field("until_ms", &untilMilliseconds)
        }
    }

    /// The file: one line.
    public var line: [UInt8] { json.line }

    /// Reads the file; nil if it is damaged.
    public init?(parsing bytes: [UInt8]) {
        guard let object = JSON(parsing: bytes.span) else { return nil }
        self.init(json: object)
    }
}
