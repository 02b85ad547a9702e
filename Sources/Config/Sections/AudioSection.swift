public import Audio

extension Config {
    /// `[audio]`: the sound cards and the processing of their sound.
    public struct Audio: Equatable, Sendable {
        public enum Duplex: String, CaseIterable, Sendable { case half, full, auto }
        /// The value that a control of the card's mixer gets when the card is opened.
        public enum Volume: Equatable, Sendable {
            /// The control keeps its value.
            case keep
            case mute
            /// A share of the control's range, 0 to 100; also unmutes the control.
            case percent(Int)
        }
        public enum Echo: String, CaseIterable, Sendable { case off, on, auto }
        public enum NoiseSuppression: String, CaseIterable, Sendable { case off, low, high }

        public internal(set) var input = DeviceName.auto
        public internal(set) var output = DeviceName.auto
        /// The samples that the card moves at once; the profile's unless set.
        public internal(set) var period = Profile.voice.period
        /// Periods of sound queued for the speaker; the profile's unless set.
        public internal(set) var periods = Profile.voice.settings.periods
        public internal(set) var profile = Profile.voice
        public internal(set) var duplex = Duplex.auto
        /// Half duplex: how long the speaker stays silent after the end of a talk.
        public internal(set) var rxHold = Duration.milliseconds(150)
        /// Whether the speaker's sound is removed from the microphone's; `auto` removes it where
        /// both may sound at once.
        public internal(set) var echo = Echo.off
        public internal(set) var noiseSuppression = NoiseSuppression.off
        /// Whether all speech is brought to one loudness.
        public internal(set) var gainControl = false
        public internal(set) var jitter = JitterBuffer.Preset.normal
        /// The name of the speaker's control; nil means the card's usual control.
        public internal(set) var mixerOutput: String?
        public internal(set) var volume = Volume.keep
        /// The name of the microphone's control; nil means the card's usual control.
        public internal(set) var mixerInput: String?
        public internal(set) var micVolume = Volume.keep
        /// How far other voices are turned down while a voice of higher priority is heard.
        public internal(set) var duck = -12.0

        /// The period in samples of 48 kHz, rounded to the nearest.
        public var periodSamples: Int {
            Int((period.components.attoseconds / 1_000_000_000 * 48 + 500_000) / 1_000_000)
        }
    }
}

extension Profile {
    fileprivate var period: Duration { PCM.duration(of: Int64(settings.periodSamples)) }
}

extension Config.Audio: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("input", .device, { $0.input }, { $0.input = $1 }),
            Setting("output", .device, { $0.output }, { $0.output = $1 }),
            Setting(
                "period",
                Form<Duration>.time(in: .microseconds(2_500) ... .milliseconds(20)).or("auto"),
                { $0.period }, { $0.period = $1 ?? $0.profile.period }),
            Setting(
                "periods", Form<Int>.integer(in: 2...8).or("auto"),
                { $0.periods }, { $0.periods = $1 ?? $0.profile.settings.periods }),
            Setting("profile", .cases, { $0.profile }, { $0.choose($1) }).first,
            Setting("duplex", .cases, { $0.duplex }, { $0.duplex = $1 }),
            Setting("rx-hold", .time(in: .zero ... .seconds(2)), { $0.rxHold }, { $0.rxHold = $1 }),
            Setting("echo", .cases, { $0.echo }, { $0.echo = $1 }),
            Setting(
                "noise-suppression", .cases, { $0.noiseSuppression }, { $0.noiseSuppression = $1 }),
            Setting(
                "gain-control", .words([("off", false), ("on", true)]),
                { $0.gainControl }, { $0.gainControl = $1 }),
            Setting("jitter", .cases, { $0.jitter }, { $0.jitter = $1 }),
            Setting(
                "mixer-output", control.or("auto"), { $0.mixerOutput }, { $0.mixerOutput = $1 }),
            Setting("volume", .volume, { $0.volume }, { $0.volume = $1 }),
            Setting("mixer-input", control.or("auto"), { $0.mixerInput }, { $0.mixerInput = $1 }),
            Setting("mic-volume", .volume, { $0.micVolume }, { $0.micVolume = $1 }),
            Setting("duck", .gain(in: -40...0), { $0.duck }, { $0.duck = $1 }),
        ]
    }

    /// Takes a profile, with its values for the card.
    private mutating func choose(_ profile: Profile) {
        self.profile = profile
        period = profile.period
        periods = profile.settings.periods
    }

    /// The name of a mixer's control: any text.
    private static var control: Form<String> {
        Form { .value($0) }
    }
}

extension Form<DeviceName> {
    fileprivate static var device: Self {
        let words = ["auto", "card:", "usb:", "pcm:", "default", "none"]
        return Self(allowed: .forms(words), parse: DeviceName.parse, text: { $0.description })
    }
}

extension Form<Config.Audio.Volume> {
    fileprivate static var volume: Self {
        let percent = Form<Int>.percent
        let allowed = Allowed.forms(["keep", "mute", percent.allowed.text])
        return Self(
            allowed: allowed,
            parse: { text in
                switch text {
                case "keep": .value(.keep)
                case "mute": .value(.mute)
                default:
                    Quantity.percent(text).map { .value(.percent($0)) }
                        ?? .wrong("\(quoted(text)) must be \(allowed.text)")
                }
            },
            text: { volume in
                switch volume {
                case .keep: "keep"
                case .mute: "mute"
                case .percent(let share): percent.text(share)
                }
            })
    }
}

/// Whether both directions sound at once, and whether the echo is cancelled: as `[audio]` asks, if
/// the cards' clocks allow it.
public struct HandsFree: Equatable, Sendable {
    public let cancelsEcho: Bool
    /// Whether the speaker is silent while the microphone is open; `auto` means so where no echo is
    /// cancelled.
    public let isHalfDuplex: Bool
    /// "off", "on", or "refused" where microphone and speaker have no common clock.
    public let echoState: String
    /// The reason for half or full duplex, in a few words.
    public let duplexReason: String

    /// - Parameters:
    ///   - audio: The settings.
    ///   - clocksApart: Why microphone and speaker have no common clock; nil when they have one,
    ///     and while that is unknown because not both are open.
    public init(_ audio: Config.Audio, clocksApart: String?) {
        let isWanted = audio.wantsEchoGone
        cancelsEcho = isWanted && clocksApart == nil
        isHalfDuplex = audio.duplex == .half || audio.duplex == .auto && !cancelsEcho
        echoState = cancelsEcho ? "on" : isWanted ? "refused" : "off"
        if isWanted, let clocksApart {
            duplexReason = audio.duplex == .auto ? clocksApart : "as set; \(clocksApart)"
        } else if audio.duplex != .auto {
            duplexReason = "as set"
        } else if cancelsEcho {
            duplexReason = "the echo is cancelled"
        } else {
            duplexReason = audio.echo == .off ? "echo = off" : "it has only one direction"
        }
    }
}

extension Config.Audio {
    /// Whether the settings ask for the speaker's sound to be removed from the microphone's.
    public var wantsEchoGone: Bool {
        guard input != .none, output != .none else { return false }
        return echo == .on || echo == .auto && duplex != .half
    }
}
