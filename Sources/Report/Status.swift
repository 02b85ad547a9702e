/// The state of the station, for `intercomctl status`.
///
/// The JSON keys are an interface, listed in intercomctl(1): keys may be added, never renamed.
public struct Status: JSONDocument, Equatable, Sendable {
    public var version = ""
    public var name = ""
    public var uptimeSeconds = 0
    /// Whether the media loop runs under SCHED_FIFO.
    public var isRealtime = false
    public var isMemoryLocked = false
    /// The faults to mend, worst first, shown above all else; none means healthy.
    public var problems: [Fault] = []
    /// Possible improvements; the station works without them.
    public var notes: [Fault] = []
    /// The causes that keep voices from being heard, here and at peers; present causes are among
    /// the problems, past causes among the notes.
    public var unheard: [Hindrance] = []
    public var audio = Audio()
    public var microphone = Microphone()
    public var call = CallStatus()
    /// The peer or channel to which a file is announced; null if there is none.
    public var announcement: String?
    /// The sound that is played, all talkers together.
    public var speaker = Meter()
    public var buttons: [Button] = []
    public var lamps: [Lamp] = []
    public var relays: [Relay] = []
    public var peers: [PeerStatus] = []
    /// Unknown stations that have called of late, the newest first.
    public var callers: [CallerStatus] = []
    public var site = SiteStatus()
    /// The broker of `[rendezvous]`; null without one.
    public var broker: Broker?
    /// The broker of `[home-assistant]`; null without one.
    public var homeAssistant: Broker?
    public var pairing = PairingStatus()
    /// The work left out while the processor cannot keep up: "encoder_care", "noise_suppression",
    /// "echo_cancelling", "voices".
    public var leftOut: [String] = []
    public var channels: [Channel] = []
    public var recordings: [Recording] = []
    public var media = Media()
    /// Volumes, mutes, do-not-disturb.
    public var state = SavedState()
    /// The counts since the start, by cause, such as `dropped_replay`.
    public var counters: [Counter] = []

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
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
        coder.field("home_assistant", &homeAssistant)
        coder.field("pairing", &pairing)
        coder.field("left_out", &leftOut)
        coder.field("channels", &channels)
        coder.field("recordings", &recordings)
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
        /// The reason for `duplex`, in a few words.
        public var duplexReason = ""
        /// Whether the echo is cancelled: "off", "on", "refused" without one clock for both, or
        /// "shed" while the processor cannot keep up.
        public var echo = "off"
        /// The decibels by which the canceller reduces the echo; nil until there was an echo.
        public var echoReductionDB: Double?
        /// Whether both devices are open and run by one clock.
        public var isOneClock = false
        /// The reason why the devices run by two clocks; also null while one is not open.
        public var clockReason: String?
        /// The profile of frames, codec and periods: "voice", "studio", "lowpower" or "ultra".
        public var profile = "voice"
        /// The way in which missing packets are concealed: "plain" or "neural".
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

    /// A broker to which this station is connected.
    public struct Broker: JSONRecord, Equatable, Sendable {
        public var address = ""
        public var isConnected = false
        /// The address by which the STUN server of `[rendezvous]` sees this station; null until the
        /// server has answered.
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

        /// The name in the configuration, `card:Device`; for `auto`, with the card: `auto
        /// (card:Device)`.
        public var name = ""
        public var state = State.none
        /// The reason why the device is not open, or moves no sound and is opened again and again.
        public var fault: Fault?
        /// Hertz; null while the device is not open, as are the next four.
        public var rate: Int?
        public var channels: Int?
        /// ALSA's word: `S16_LE`.
        public var format: String?
        /// Samples of a period, and of the whole buffer.
        public var period: Int?
        public var buffer: Int?
        public var xruns = 0
        /// The speed of the device above this machine's clock, in millionths, and the possible
        /// error of that figure; null while not known.
        public var driftPPM: Double?
        public var driftErrorPPM: Double?
        /// The detours of sound between this station and the card, such as "PulseAudio".
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

    /// Whether anyone can hear this room, and the listeners.
    public struct Microphone: JSONRecord, Equatable, Sendable {
        public var isOpen = false
        /// Peers and channels talked to now.
        public var targets: [String] = []
        /// Peers that may open the microphone without a button press here.
        public var mayOpen: [String] = []
        /// Decibels relative to full scale; null while closed.
        public var levelDBFS: Double?
        /// Speech above noise in decibels; null until enough of both was heard.
        public var snrDB: Double?
        /// The bits per second of the encoded sound; null while closed.
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
        /// The places since the start where the sound was clipped.
        public var clips = 0

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("peak_dbfs", &peakDBFS)
            coder.field("rms_dbfs", &rmsDBFS)
            coder.field("clips", &clips)
        }
    }

    /// One button.
    public struct Button: JSONRecord, Equatable, Sendable {
        public enum State: String, JSONWord, Sendable {
            case released, pressed, unreadable
        }

        public var name = ""
        public var line = ""
        public var state = State.unreadable
        /// The reason why the line is unreadable.
        public var fault: Fault?
        /// The peer or channel that the button talks to.
        public var target = ""
        public var isTalking = false
        /// Seconds since the last press; null if there was none since the start.
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
        /// The reason why the lamp failed.
        public var fault: Fault?
        /// The setting `show` of the lamp: `talking`.
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
        /// The reason why the relay failed.
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
        /// The peers that the channel reaches; all of them if it was configured as `*`.
        public var members: [String] = []
        /// Whether this station talks to the channel now.
        public var isTalking = false

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("listen", &isListening)
            coder.field("members", &members)
            coder.field("talking", &isTalking)
        }
    }

    /// One recording of the settings.
    public struct Recording: JSONRecord, Equatable, Sendable {
        /// A channel, or "calls".
        public var name = ""
        /// Peers in the talk that are recorded, and those that have not agreed.
        public var recorded: [String] = []
        public var unrecorded: [String] = []
        /// The peer that denies it; null otherwise.
        public var deniedBy: String?
        /// Whether a tone or a lamp can tell people here; nothing is recorded otherwise.
        public var canTell = true

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("recorded", &recorded)
            coder.field("unrecorded", &unrecorded)
            coder.field("denied_by", &deniedBy)
            coder.field("can_tell", &canTell)
        }
    }

    /// The cost of the media loop.
    public struct Media: JSONRecord, Equatable, Sendable {
        /// The processor time of its thread in nanoseconds.
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

/// A pairing in progress, never with its code.
public struct PairingStatus: JSONRecord, Equatable, Sendable {
    public var state = State.idle
    /// The program or button that began it, such as `intercomctl (uid 1000)`; nil when idle.
    public var asker: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("state", &state)
        coder.field("by", &asker)
    }

    public enum State: String, JSONWord, Sendable {
        case idle
        /// Another station may connect, and prove the code that is shown or said here.
        case showing
        /// This station tries a code that was typed here.
        case entering
    }
}

/// Something counted since the start.
public struct Counter: Equatable, Sendable {
    public var name: String
    public var value: Int

    public init(name: String, value: Int) {
        self.name = name
        self.value = value
    }
}
