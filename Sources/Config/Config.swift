public import Audio

/// What a station is told to be: the checked settings, with every default in one place.
///
/// A value of this type has passed every check that needs no device and no key: names are
/// unique, targets exist, numbers are in range. Keys as text are checked for their form only;
/// their check characters are for whoever holds `PublicKey`.
public struct Config: Equatable, Sendable {
    public internal(set) var station = Station()
    public internal(set) var network = Network()
    public internal(set) var audio = Audio()
    public internal(set) var talk = Talk()
    public internal(set) var call = Call()
    public internal(set) var policy = Policy()
    public internal(set) var policies: [Policy] = []
    public internal(set) var sounds = Sounds()
    public internal(set) var session = Session()
    public internal(set) var quiet = Quiet()
    public internal(set) var events = Events()
    public internal(set) var paths = Paths()
    /// In the order they were written; so are the five below.
    public internal(set) var buttons: [Button] = []
    public internal(set) var channels: [Channel] = []
    public internal(set) var lamps: [Lamp] = []
    public internal(set) var relays: [Relay] = []
    public internal(set) var peers: [Peer] = []
    /// What is allowed but worth a look; the daemon starts all the same.
    public internal(set) var warnings: [Mistake] = []

    init() {}

    /// A station that nobody has set up yet: every default, no keys, no peers.
    ///
    /// - Parameters:
    ///   - name: what it is called meanwhile; must be a name (`isName`).
    ///   - paths: where things are; see `Paths.init`.
    /// - Returns: what a main file with nothing but this name would give.
    public static func unconfigured(name: String, paths: Paths) -> Config {
        precondition(isName(name), "a station's name is checked by who gives it")
        var config = Config()
        config.station.name = name
        config.paths = paths
        return config
    }

    /// `[station]`: who this is.
    public struct Station: Equatable, Sendable {
        /// Required; empty only before the checks.
        public internal(set) var name = ""
        public internal(set) var origin = Origin(file: "", line: 1)
    }

    /// `[network]`: where datagrams come and go.
    public struct Network: Equatable, Sendable {
        /// UDP, 1…65535.
        public internal(set) var port: UInt16 = 5577
        public internal(set) var portOrigin = Origin(file: "", line: 1)
        /// A numeric address; nil means any.
        public internal(set) var listen: String?
        /// Differentiated services code point, 0…63; 46 is expedited forwarding (RFC 3246).
        public internal(set) var dscp: UInt8 = 46
        public internal(set) var origin = Origin(file: "", line: 1)
    }

    /// `[audio]`: the sound cards and what is done with their sound.
    public struct Audio: Equatable, Sendable {
        public enum Duplex: Equatable, Sendable { case half, full, auto }
        public enum Jitter: Equatable, Sendable { case low, normal, robust }
        /// What a control of the card's mixer is set to when the card is opened.
        public enum Volume: Equatable, Sendable {
            /// As it is.
            case keep
            case mute
            /// Of the control's range, 0…100; unmutes too.
            case percent(Int)
        }
        public enum Echo: Equatable, Sendable { case off, on, auto }
        public enum NoiseSuppression: Equatable, Sendable { case off, low, high }

        public internal(set) var input = DeviceName.auto
        public internal(set) var output = DeviceName.auto
        /// What the four below are unless they are set by hand.
        public internal(set) var profile = Profile.voice
        /// What the card moves at once: 2.5…20 ms.
        public internal(set) var period = Duration.milliseconds(5)
        /// Periods in the card's buffer: 2…8.
        public internal(set) var periods = 3
        /// Bits a second, within `profile.bitrates`.
        public internal(set) var bitrate = Profile.voice.settings.bitrate
        public internal(set) var duplex = Duplex.auto
        /// Half duplex: the speaker comes back this long after one's own talk; 0…2 s.
        public internal(set) var rxHold = Duration.milliseconds(150)
        /// Whether the loudspeaker is taken out of the microphone's sound; `auto` does so where
        /// both may sound at once.
        public internal(set) var echo = Echo.off
        public internal(set) var noiseSuppression = NoiseSuppression.off
        /// Whether speech is brought to one loudness.
        public internal(set) var controlsGain = false
        public internal(set) var jitter = Jitter.normal
        /// The longest playout delay: 40…240 ms.
        public internal(set) var jitterMax = Duration.milliseconds(240)
        /// The speaker's and the microphone's control by name; nil is the usual one of the card.
        public internal(set) var mixerOutput: String?
        public internal(set) var mixerInput: String?
        public internal(set) var volume = Volume.keep
        public internal(set) var micVolume = Volume.keep
        /// What others are turned down by while somebody of higher priority speaks: -40…0 dB.
        public internal(set) var duck = -12.0
        public internal(set) var origin = Origin(file: "", line: 1)

        /// The period in samples of 48 kHz, rounded to the nearest.
        public var periodSamples: Int {
            Int((period.components.attoseconds / 1_000_000_000 * 48 + 500_000) / 1_000_000)
        }
    }

    /// `[talk]`: what every talk key does.
    public struct Talk: Equatable, Sendable {
        /// Sound kept from before the key went down: 0…200 ms; 0 closes the microphone when idle.
        public internal(set) var preroll = Duration.milliseconds(200)
        /// Sound sent after the key went up: 0…2 s.
        public internal(set) var tail = Duration.milliseconds(150)
        /// A jammed key stops here: 1 s…1 h.
        public internal(set) var maxTalk = Duration.seconds(120)
        public internal(set) var origin = Origin(file: "", line: 1)
    }

    /// `[session]`: for tests; lowers how long session keys live, never raises it.
    public struct Session: Equatable, Sendable {
        /// Age at which the initiator rekeys (protocol.md §1.7 rule 5): 1…120 s.
        public internal(set) var rekeyAfter = Duration.seconds(120)
        /// Packets sent at which either side rekeys: 64…2^20.
        public internal(set) var rekeyPackets = 1 << 20
        public internal(set) var origin = Origin(file: "", line: 1)
    }

    /// Who hears a talk key.
    public enum Target: Hashable, Sendable {
        case peer(String)
        case channel(String)

        public var name: String {
            switch self {
            case .peer(let name), .channel(let name): name
            }
        }
    }

    /// Who may be heard over whom.
    public enum Priority: Equatable, Sendable { case normal, high, emergency }

    /// Which level of a line means "on".
    public enum Active: Equatable, Sendable { case low, high }

    /// `[button NAME]`: one key, on a GPIO line or of an input device.
    public struct Button: Equatable, Sendable {
        public enum Bias: Equatable, Sendable { case pullUp, pullDown, none }
        public enum Mode: Equatable, Sendable { case momentary, latch, smart, open, vox }

        public internal(set) var name: String
        /// A line name ("GPIO17"), "gpiochip0/17" or "evdev:DEVICE/KEY"; empty for one that speech
        /// presses.
        public internal(set) var line = ""
        /// Of a key of an input device: which one, and the device's name.
        public internal(set) var keyCode: UInt16?
        public internal(set) var device = ""
        public internal(set) var bias = Bias.pullUp
        public internal(set) var active = Active.low
        /// 0…200 ms.
        public internal(set) var debounce = Duration.milliseconds(5)
        public internal(set) var mode = Mode.momentary
        /// Decibels over the room's noise that are speech, of `mode = vox`: 3…40.
        public internal(set) var voxThreshold = 8.0
        /// How long it stays open after the last of it: 0.1…5 s.
        public internal(set) var voxHang = Duration.milliseconds(500)
        /// Who hears it; nil for a key that does something else, and for one that replies.
        public internal(set) var talk: Target?
        /// Whether it talks to whoever spoke last.
        public internal(set) var isReply = false
        /// What makes it talk; a press does so at once.
        public internal(set) var talkTouch = Touch.press
        /// What else it does.
        public internal(set) var acts: [Touch: Act] = [:]
        public internal(set) var origin: Origin
        public internal(set) var lineOrigin: Origin
        public internal(set) var talkOrigin: Origin
        public internal(set) var actOrigins: [Touch: Origin] = [:]

        public var isActiveLow: Bool { active == .low }
        /// Whether speech presses it, and no finger.
        public var isVoiceOperated: Bool { mode == .vox }
        /// Whether it opens the microphone.
        public var talks: Bool { talk != nil || isReply }
        /// Whom it talks to, as the configuration spells it; empty when it does not.
        public var talkText: String { isReply ? Deed.reply : talk?.name ?? "" }
    }

    /// `[channel NAME]`: a named group one listens and talks to.
    public struct Channel: Equatable, Sendable {
        public enum Members: Equatable, Sendable {
            /// Every configured peer.
            case all
            /// Names of peers; never empty.
            case named([String])
        }
        /// Who is in a call of the channel: whoever answers first, or all who do.
        public enum CallMode: String, CaseIterable, Sendable { case hunt, join }

        public internal(set) var name: String
        public internal(set) var members = Members.all
        public internal(set) var listen = true
        /// Decibels: -40…+20.
        public internal(set) var gain = 0.0
        /// Whether its sound is received, yet not played.
        public internal(set) var isMuted = false
        /// Over whom one's own sound on it is heard.
        public internal(set) var priority = Priority.normal
        public internal(set) var callMode = CallMode.hunt
        public internal(set) var origin: Origin
        public internal(set) var membersOrigin: Origin

        /// Whether what the peer of this name says here is for us, and ours for it.
        public func includes(peer: String) -> Bool {
            switch members {
            case .all: true
            case .named(let names): names.contains(peer)
            }
        }
    }

    /// `[lamp NAME]`: one line that shows a state.
    public struct Lamp: Equatable, Sendable {
        public enum Show: String, CaseIterable, Sendable {
            case talking, receiving, listening, ringing, missed, calling, dnd, fault, unpaired
        }

        public internal(set) var name: String
        /// A line name ("GPIO23"), "gpiochip0/23" or "led:NAME".
        public internal(set) var line = ""
        public internal(set) var active = Active.high
        public internal(set) var show = Show.talking
        public internal(set) var origin: Origin
        public internal(set) var lineOrigin: Origin

        public var isActiveLow: Bool { active == .low }
    }

    /// `[peer NAME]`: another station.
    public struct Peer: Equatable, Sendable {
        /// Where the pre-shared key is; never the key itself.
        public enum PSK: Equatable, Sendable {
            case none
            /// A file of the keys directory, by its bare name.
            case file(String)
            /// A systemd credential of the service.
            case credential(String)
        }

        public internal(set) var name: String
        /// Tried in turn; empty means that it calls us.
        public internal(set) var addresses: [PeerAddress] = []
        /// `intercom1:…` of protocol.md §4.2, its form checked, its check characters not.
        public internal(set) var key = ""
        public internal(set) var psk = PSK.none
        /// The 24 digits of the key's fingerprint in groups of four, as a person has compared
        /// them; empty where nobody has.
        public internal(set) var verified = ""
        /// 1 is AES-256-GCM, 2 is ChaCha20-Poly1305; `auto` is 1.
        public internal(set) var suite: UInt8 = 1
        /// Decibels: -40…+20.
        public internal(set) var gain = 0.0
        /// Whether its sound is received, yet not played.
        public internal(set) var isMuted = false
        /// Over whom one's own sound to it alone is heard.
        public internal(set) var priority = Priority.normal
        /// Whether it came from the state directory.
        public internal(set) var isLearned = false
        public internal(set) var origin: Origin
        public internal(set) var keyOrigin: Origin
        public internal(set) var pskOrigin: Origin
        public internal(set) var verifiedOrigin: Origin

        public var isVerified: Bool { !verified.isEmpty }
    }
}

extension Config {
    /// The peer or channel of this name; no name is both.
    public func target(named name: String) -> Target? {
        if channels.contains(where: { $0.name == name }) { return .channel(name) }
        if peers.contains(where: { $0.name == name }) { return .peer(name) }
        return nil
    }

    /// The place in `peers` of the one with this name.
    public func peerIndex(named name: String) -> Int? {
        peers.firstIndex { $0.name == name }
    }

    /// The place in `channels` of the one with this name.
    public func channelIndex(named name: String) -> Int? {
        channels.firstIndex { $0.name == name }
    }

    /// The peers who hear this target, by place in `peers`, in order.
    public func listeners(of target: Target) -> [Int] {
        switch target {
        case .peer(let name):
            return peerIndex(named: name).map { [$0] } ?? []
        case .channel(let name):
            guard let channel = channels.first(where: { $0.name == name }) else { return [] }
            return peers.indices.filter { channel.includes(peer: peers[$0].name) }
        }
    }
}
