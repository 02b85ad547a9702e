/// The state of the station, for `intercomctl status`.
///
/// The JSON keys are an interface, listed in intercomctl(1): they may be added to, never renamed.
public struct Status: JSONRecord, Equatable, Sendable {
    /// Rises when a key changes its meaning.
    public var schema = 1
    public var version = ""
    public var name = ""
    public var uptimeSeconds = 0
    /// Whether the media loop runs under SCHED_FIFO.
    public var isRealtime = false
    public var isMemoryLocked = false
    /// What a person should mend, worst first, shown above all else; none means healthy.
    public var problems: [Fault] = []
    /// What could be better; the station works without it.
    public var notes: [Fault] = []
    /// What keeps voices from being heard, here and at peers; those that hold now are among the
    /// problems, the others among the notes.
    public var unheard: [Hindrance] = []
    public var audio = Audio()
    public var microphone = Microphone()
    public var call = CallStatus()
    /// The peer or channel to which a file is announced; null where none is.
    public var announcement: String?
    /// What is played, all talkers together.
    public var speaker = Meter()
    public var buttons: [Button] = []
    public var lamps: [Lamp] = []
    public var relays: [Relay] = []
    public var peers: [PeerStatus] = []
    /// Unknown stations that have called of late, the newest first.
    public var callers: [CallerStatus] = []
    public var site = SiteStatus()
    /// That of `[rendezvous]`; null without one.
    public var broker: Broker?
    public var pairing = PairingStatus()
    /// The work left out while the processor cannot keep up: "encoder_care", "noise_suppression",
    /// "echo_cancelling", "voices".
    public var leftOut: [String] = []
    public var channels: [Channel] = []
    public var media = Media()
    /// Volumes, mutes, do-not-disturb.
    public var state = SavedState()
    /// What was counted since the start, by cause, such as `dropped_replay`.
    public var counters: [Counter] = []

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("version", &version)
        coder.field("name", &name)
        coder.field("uptime_s", &uptimeSeconds)
        coder.field("realtime", &isRealtime)
        coder.field("memory_locked", &isMemoryLocked)
        coder.field("problems", &problems)
        coder.field("notes", &notes)
        coder.field("unheard", &unheard)
        coder.field("audio", &audio)
        coder.field("microphone", &microphone)
        coder.field("call", &call)
        coder.field("announcement", &announcement)
        coder.field("speaker", &speaker)
        coder.field("buttons", &buttons)
        coder.field("lamps", &lamps)
        coder.field("relays", &relays)
        coder.field("peers", &peers)
        coder.field("callers", &callers)
        coder.field("site", &site)
        coder.field("broker", &broker)
        coder.field("pairing", &pairing)
        coder.field("left_out", &leftOut)
        coder.field("channels", &channels)
        coder.field("media", &media)
        coder.field("state", &state)
        coder.field("counters", &counters)
    }
}

extension Status {
    /// Both directions of sound.
    public struct Audio: JSONRecord, Equatable, Sendable {
        public var input = Device()
        public var output = Device()
        /// "half" or "full".
        public var duplex = "half"
        /// Why it is so, in a few words.
        public var duplexReason = ""
        /// Whether the echo is cancelled: "off", "on", "refused" without one clock for both, or
        /// "shed" while the processor cannot keep up.
        public var echo = "off"
        /// Decibels the canceller takes away; nil until there was an echo.
        public var echoReductionDB: Double?
        /// Whether both are open and run by one clock.
        public var isOneClock = false
        /// Why they run by two; null too while they are not both open.
        public var clockReason: String?
        /// What frames, codec and periods are: "voice", "studio", "lowpower" or "ultra".
        public var profile = "voice"
        /// How the sound of missing packets is made up: "plain" or "neural".
        public var concealment = "plain"

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("input", &input)
            coder.field("output", &output)
            coder.field("duplex", &duplex)
            coder.field("duplex_reason", &duplexReason)
            coder.field("echo", &echo)
            coder.field("echo_reduction_db", &echoReductionDB)
            coder.field("one_clock", &isOneClock)
            coder.field("clock_reason", &clockReason)
            coder.field("profile", &profile)
            coder.field("concealment", &concealment)
        }
    }

    /// Where peers in other networks find this station, and it finds them.
    public struct Broker: JSONRecord, Equatable, Sendable {
        public var address = ""
        public var isConnected = false
        /// The address by which a STUN server sees this station; null while none has told.
        public var seenAs: String?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("address", &address)
            coder.field("connected", &isConnected)
            coder.field("seen_as", &seenAs)
        }
    }

    /// One direction of one sound card, as granted.
    public struct Device: JSONRecord, Equatable, Sendable {
        public enum State: String, JSONWord, Sendable {
            case open, absent, busy
            /// Not wanted: `input = none`.
            case none
            case failed
        }

        /// As in the configuration, `card:Device`; of `auto` with the card: `auto (card:Device)`.
        public var name = ""
        public var state = State.none
        /// Why it is not open, or that it moves no sound, and is opened again and again.
        public var fault: Fault?
        /// Hertz; this and the four below are null while it is not open.
        public var rate: Int?
        public var channels: Int?
        /// ALSA's word: `S16_LE`.
        public var format: String?
        /// Samples of a period, and of the whole buffer.
        public var period: Int?
        public var buffer: Int?
        public var xruns = 0
        /// How much faster it runs than this machine's clock, in millionths, and the possible error
        /// of that; null while not known.
        public var driftPPM: Double?
        public var driftErrorPPM: Double?
        /// What stands between this station and the card, such as "PulseAudio".
        public var detours: [String] = []

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("state", &state)
            coder.field("fault", &fault)
            coder.field("rate", &rate)
            coder.field("channels", &channels)
            coder.field("format", &format)
            coder.field("period", &period)
            coder.field("buffer", &buffer)
            coder.field("xruns", &xruns)
            coder.field("drift_ppm", &driftPPM)
            coder.field("drift_error_ppm", &driftErrorPPM)
            coder.field("detours", &detours)
        }
    }

    /// Whether anyone can hear this room, and who.
    public struct Microphone: JSONRecord, Equatable, Sendable {
        public var isOpen = false
        /// Peers and channels talked to now.
        public var targets: [String] = []
        /// Peers that may open it without anyone here touching a key.
        public var mayOpen: [String] = []
        /// Decibels relative to full scale; null while closed.
        public var levelDBFS: Double?
        /// Speech above noise in decibels; null until enough of both was heard.
        public var snrDB: Double?
        /// Bits a second it is encoded with; null while closed.
        public var bitrate: Int?
        /// The level of its card, whether the microphone is open or not.
        public var meter = Meter()

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("open", &isOpen)
            coder.field("targets", &targets)
            coder.field("may_open", &mayOpen)
            coder.field("level_dbfs", &levelDBFS)
            coder.field("snr_db", &snrDB)
            coder.field("bitrate", &bitrate)
            meter.fields(&coder)
        }
    }

    /// How loud sound is in one direction.
    public struct Meter: JSONRecord, Equatable, Sendable {
        /// Decibels relative to full scale; both null while no sound moves.
        public var peakDBFS: Double?
        /// Over 300 ms; a full-scale sine is -3.
        public var rmsDBFS: Double?
        /// Places since the start where the sound was cut off.
        public var clips = 0

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("peak_dbfs", &peakDBFS)
            coder.field("rms_dbfs", &rmsDBFS)
            coder.field("clips", &clips)
        }
    }

    /// One talk key.
    public struct Button: JSONRecord, Equatable, Sendable {
        public enum State: String, JSONWord, Sendable {
            case released, pressed, unreadable
        }

        public var name = ""
        public var line = ""
        public var state = State.unreadable
        /// Why it is unreadable.
        public var fault: Fault?
        /// The peer or channel it talks to.
        public var target = ""
        public var isTalking = false
        /// Seconds since it was last pressed; null when it has not been since the start.
        public var pressAgeSeconds: Double?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("line", &line)
            coder.field("state", &state)
            coder.field("fault", &fault)
            coder.field("target", &target)
            coder.field("talking", &isTalking)
            coder.field("press_age_s", &pressAgeSeconds)
        }
    }

    /// One lamp.
    public struct Lamp: JSONRecord, Equatable, Sendable {
        public enum State: String, JSONWord, Sendable { case on, off, failed }

        public var name = ""
        public var line = ""
        public var state = State.failed
        /// Why it failed.
        public var fault: Fault?
        /// What it shows, as configured: `talking`.
        public var show = ""

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("line", &line)
            coder.field("state", &state)
            coder.field("fault", &fault)
            coder.field("show", &show)
        }
    }

    /// One relay.
    public struct Relay: JSONRecord, Equatable, Sendable {
        public var name = ""
        public var line = ""
        public var state = Lamp.State.failed
        /// Why it failed.
        public var fault: Fault?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("line", &line)
            coder.field("state", &state)
            coder.field("fault", &fault)
        }
    }

    /// One channel.
    public struct Channel: JSONRecord, Equatable, Sendable {
        public var name = ""
        public var isListening = false
        /// The peers it reaches; all of them when it was configured as `*`.
        public var members: [String] = []
        /// Whether this station talks to it now.
        public var isTalking = false

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("listen", &isListening)
            coder.field("members", &members)
            coder.field("talking", &isTalking)
        }
    }

    /// What the media loop costs.
    public struct Media: JSONRecord, Equatable, Sendable {
        /// Processor time of its thread in nanoseconds.
        public var cpuNanoseconds = 0
        /// Turns of its loop.
        public var periods = 0
        /// Allocations and frees since start-up; null when nothing counts them.
        public var heapCalls: Int?

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("cpu_ns", &cpuNanoseconds)
            coder.field("periods", &periods)
            coder.field("heap_calls", &heapCalls)
        }
    }
}
