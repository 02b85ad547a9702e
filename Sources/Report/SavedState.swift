/// Volumes, mutes and do-not-disturb, which survive a restart.
public struct SavedState: JSONDocument, Equatable, Sendable {
    public var volumes = Volumes()
    public var isMicrophoneMuted = false
    public var isSpeakerMuted = false
    /// Peers and channels that are not heard.
    public var muted: [String] = []
    public var doNotDisturb = DoNotDisturb()
    /// Whether the quiet hours of the settings are on: set in replies, false in the file.
    public var isQuietTime = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("volumes", &volumes)
        coder.field("mute_mic", &isMicrophoneMuted)
        coder.field("mute_speaker", &isSpeakerMuted)
        coder.field("muted", &muted)
        coder.field("dnd", &doNotDisturb)
        coder.late("quiet_hours", &isQuietTime)
    }

    /// Whether a volume in per cent is too low to be heard: 20 is -40 dB.
    public static func isInaudible(_ percent: Int) -> Bool { percent <= 20 }

    /// The reason why a person's setting silences the speaker; nil if none does.
    public var speakerSilence: HeardBy.Reason? {
        isSpeakerMuted ? .speakerMuted : Self.isInaudible(volumes[.speaker]) ? .volume : nil
    }

    /// Volumes in per cent, 0 to 100; 100 is the loudest.
    public struct Volumes: JSONRecord, Equatable, Sendable {
        public enum Kind: String, JSONWord, Sendable, CaseIterable {
            case speaker, ring, tones, page
        }

        private var percents: [Kind: Int] = [.speaker: 100, .ring: 100, .tones: 100, .page: 100]

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            for kind in Kind.allCases { self[kind] = coder.passed(kind.rawValue, self[kind]) }
        }

        public subscript(kind: Kind) -> Int {
            get { percents[kind] ?? 100 }
            set { percents[kind] = min(max(newValue, 0), 100) }
        }
    }

    /// Whether do-not-disturb blocks calls.
    public struct DoNotDisturb: JSONRecord, Equatable, Sendable {
        public var isOn = false
        /// The time when it ends by itself, in milliseconds since 1970; null for never.
        public var untilMilliseconds: Int?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("on", &isOn)
            coder.field("until_ms", &untilMilliseconds)
        }
    }
}

/// The rules by which people change the saved state.
extension SavedState {
    /// A request names something unknown here.
    public struct UnknownName: Error, Equatable {
        public let name: String
        /// The known names.
        public let known: [String]
    }

    /// The names that a person can mute besides peers and channels.
    public static let muteable = ["mic", "speaker"]

    /// Whether a person has muted this: "mic", "speaker", a peer or a channel.
    public func isMuted(_ what: String) -> Bool {
        switch what {
        case "mic": isMicrophoneMuted
        case "speaker": isSpeakerMuted
        default: muted.contains(what)
        }
    }

    /// Applies a person's request.
    ///
    /// - Parameters:
    ///   - request: The person's request.
    ///   - names: The peers and channels of the settings.
    ///   - milliseconds: The time since 1970.
    /// - Returns: The event that reports the change; nil if the request changed nothing.
    /// - Throws: If the request mutes an unknown name.
    public mutating func apply(
        _ request: StateRequest, among names: [String], at milliseconds: Int
    ) throws(UnknownName) -> Event? {
        let former = self
        let change: Event
        switch request {
        case .show: return nil
        case .volume(let kind, let wanted):
            let percent =
                switch wanted {
                case .to(let percent): percent
                case .by(let step): volumes[kind] + step
                }
            volumes[kind] = percent
            change = Event(
                .volume, at: milliseconds, target: kind.rawValue, detail: "\(volumes[kind])%")
        case .mute(let what, let isOn):
            // A name that has left the settings can still be unmuted.
            let isKnown = Self.muteable.contains(what) || names.contains(what)
            guard isKnown || !isOn && muted.contains(what) else {
                throw UnknownName(name: what, known: Self.muteable + names)
            }
            mute(what, isOn)
            change = Event(.mute, at: milliseconds, target: what, detail: isOn ? "on" : "off")
        case .doNotDisturb(let isOn, let seconds):
            doNotDisturb.isOn = isOn
            doNotDisturb.untilMilliseconds =
                isOn ? seconds.map { milliseconds + $0 * 1000 } : nil
            let length = seconds.map { " for \($0) s" } ?? ""
            change = Event(.dnd, at: milliseconds, detail: isOn ? "on\(length)" : "off")
        }
        return self == former ? nil : change
    }

    private mutating func mute(_ what: String, _ isOn: Bool) {
        switch what {
        case "mic": isMicrophoneMuted = isOn
        case "speaker": isSpeakerMuted = isOn
        default:
            muted.removeAll { $0 == what }
            if isOn { muted.append(what) }
        }
    }

    /// Whether do-not-disturb has reached its end.
    public func isUndisturbedLongEnough(at milliseconds: Int) -> Bool {
        doNotDisturb.untilMilliseconds.map { milliseconds >= $0 } ?? false
    }
}
