internal import Audio
internal import Config
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// What the media loop is told of the settings: at its start, and at each reload.
struct MediaPlan: Sendable {
    /// A talk key: the line it is on, and what it means.
    struct Key: Sendable {
        let line: String
        let bias: Config.Button.Bias
        let isActiveLow: Bool
        let settings: TalkKey.Settings
        /// What speech is to it, when speech presses it.
        let vox: KeySlot.Voice?
        /// The place of its target in `targets`; nil when it has none, or replies.
        let target: Int?
        let meaning: KeyMeaning

        /// Whether the other is read from the same line in the same way.
        func hasLine(of other: Key) -> Bool {
            line == other.line && bias == other.bias && isActiveLow == other.isActiveLow
        }
    }

    let targets: [TalkTarget]
    let keys: [Key]
    /// The keys that nobody's finger is on, by the place of their target: held until let go.
    let virtualKeys: [TalkKey.Settings]
    /// The gain of each peer's voice on each channel: a row for each number, alone first.
    private let gains: [Gain]
    let profile: Profile
    let sound: Profile.Settings
    /// Frames kept from before the key went down; 0 closes the microphone when idle.
    let prerollFrames: Int
    /// Whether the microphone runs while nobody talks: for the pre-roll, or to hear who speaks.
    let keepsCapturing: Bool
    /// Whether speech presses any of the keys.
    let hasVox: Bool
    /// Frames of a talkspurt that carry the start mark (protocol.md §2.2).
    let startFrames: Int
    /// Frames that are left out at most where the card lost sound.
    let lostFramesMax: Int64
    let bitrate: Int
    /// Bytes of a frame at this bit rate.
    var frameSize: Int { sound.frameSize(bitrate: bitrate) }
    /// The same where frames are repeated; a bit rate set by hand is that of all frames.
    var frameSizeRepeated: Int {
        sound.frameSize(bitrate: bitrate == sound.bitrate ? sound.bitrateRepeated : bitrate)
    }
    /// What others are turned down to while somebody of higher priority speaks.
    let duck: Gain
    /// Whether a speaker is configured.
    let hasSpeaker: Bool
    let isHalfDuplex: Bool
    let speakerHold: Duration
    /// What is done to the microphone's sound.
    let capture: CaptureChain.Settings
    /// Samples of the microphone that are made better at once: an echo canceller does best with
    /// 10 ms, which come together where the frames are as long anyway.
    var captureBlock: Int {
        let isWhole = capture.cancelsEcho && sound.frameSamples % PCM.frameSamples == 0
        return isWhole ? PCM.frameSamples : sound.blockSamples
    }
    /// The user's own ring, 48 kHz; empty where it is the built-in one.
    let ring: [Int16]
    /// How loud that is, tones and chimes, and pages.
    let ringVolume: Gain
    let tonesVolume: Gain
    let pageVolume: Gain
    /// Whether who opens the microphone hears that it is open.
    let hasPermitTone: Bool
    /// The places of two targets that are aimed.
    var announcement: Int { targets.count - 3 }
    var call: Int { targets.count - 1 }
    let jitterPreset: JitterBuffer.Preset
    let jitterMax: Duration
    let periodNanoseconds: Int64

    private static let gainsPerPeer = Int(FrameFlags.streams.upperBound)

    /// What is done about the echo is what is wished, unless `handsFree` says otherwise.
    init(
        _ config: Config, _ roster: Roster, _ routing: Routing, _ handsFree: HandsFree? = nil,
        ring: [Int16] = []
    ) {
        let handsFree = handsFree ?? HandsFree(config.audio, clocksApart: nil)
        let targets = routing.targets + TalkTarget.aimed
        let talk = config.talk
        keys = zip(config.buttons, routing.buttonTargets).map { button, id in
            let mode: TalkKey.Mode =
                switch button.mode {
                case .momentary: .momentary
                case .latch: .latch
                case .smart: .smart
                case .open: .open
                // Its hang is tail enough.
                case .vox: .momentary
                }
            let isVoice = button.isVoiceOperated
            let meaning = isVoice ? .talk : KeyMeaning(button)
            // What has waited for the finger to make up its mind has no bounce any more.
            let isSettled = isVoice || meaning.talkTouch != .press
            return Key(
                line: isVoice ? "vox \(button.name)" : button.line, bias: button.bias,
                isActiveLow: button.isActiveLow,
                settings: TalkKey.Settings(
                    mode: button.talks ? mode : .momentary,
                    debounce: isSettled ? .zero : button.debounce,
                    tail: isVoice ? .zero : talk.tail, talkMax: talk.maxTalk),
                vox: isVoice
                    ? .init(threshold: Float(button.voxThreshold), hang: button.voxHang) : nil,
                target: routing.targets.firstIndex { $0.id == id },
                meaning: meaning)
        }
        virtualKeys = targets.map { Self.virtualKey(of: $0, talk) }
        self.targets = targets
        gains = Self.gains(config, roster, routing)
        profile = config.audio.profile
        sound = profile.settings
        let frame = sound.frameNanoseconds
        prerollFrames = Int((talk.preroll.nanoseconds + frame - 1) / frame)
        hasVox = config.buttons.contains { $0.isVoiceOperated }
        keepsCapturing = prerollFrames > 0 || hasVox
        let marked = max(Spurt.startMarked, talk.preroll + Spurt.besidesPreroll)
        startFrames = Int(marked.nanoseconds / frame)
        lostFramesMax = Spurt.lostMax.nanoseconds / frame
        bitrate = config.audio.bitrate
        duck = Gain(decibels: config.audio.duck)
        hasSpeaker = config.audio.output != .none
        isHalfDuplex = handsFree.isHalfDuplex
        speakerHold = config.audio.rxHold
        capture = CaptureChain.Settings(config.audio, handsFree)
        self.ring = ring
        ringVolume = Self.volume(config.sounds.ringVolume)
        tonesVolume = Self.volume(config.sounds.tonesVolume)
        pageVolume = Self.volume(config.sounds.pageVolume)
        hasPermitTone = config.sounds.permit == .tone
        jitterPreset =
            switch config.audio.jitter {
            case .low: .low
            case .normal: .normal
            case .robust: .robust
            }
        jitterMax = config.audio.jitterMax
        periodNanoseconds = Int64(config.audio.periodSamples) * 1_000_000_000 / 48_000
    }

    private static func gains(_ config: Config, _ roster: Roster, _ routing: Routing) -> [Gain] {
        let rows = (roster.numbers.max() ?? -1) + 1
        // What is not set below is muted, or nothing that is heard.
        var gains = [Gain](repeating: .muted, count: rows * gainsPerPeer)
        for (peer, number) in zip(config.peers, roster.numbers) {
            let row = number * gainsPerPeer
            guard !peer.isMuted else { continue }
            gains[row] = Gain(decibels: peer.gain)
            for (channel, routed) in zip(config.channels, routing.channels) {
                gains[row + routed.number] =
                    channel.isMuted ? .muted : Gain(decibels: peer.gain + channel.gain)
            }
        }
        return gains
    }

    /// How the microphone opens for a target by command.
    ///
    /// A call is open for as long as it lasts, and closed at once; a page has a limit of its own.
    private static func virtualKey(of target: TalkTarget, _ talk: Config.Talk) -> TalkKey.Settings {
        let (tail, limit): (Duration, Duration) =
            switch target.stream {
            case TalkTarget.call: (.zero, .seconds(100 * 365 * 86_400))
            case TalkTarget.page: (talk.tail, Spurt.pageMax)
            default: (talk.tail, talk.maxTalk)
            }
        return TalkKey.Settings(mode: .momentary, debounce: .zero, tail: tail, talkMax: limit)
    }

    /// 100 is as loud as it is, 50 is -25 dB, 0 is silence.
    private static func volume(_ percent: Int) -> Gain {
        percent > 0 ? Gain(decibels: Double(percent - 100) / 2) : .muted
    }

    /// The talk keys, each still without its line.
    func makeKeys(at now: Instant) -> FixedArray<KeySlot> {
        FixedArray(count: keys.count) { place in
            KeySlot(
                settings: keys[place].settings, target: keys[place].target,
                meaning: keys[place].meaning, vox: keys[place].vox, at: now)
        }
    }

    /// What the target at a place is known by while the settings change; nil where there is none.
    func id(ofTarget place: Int?) -> Int? {
        guard let place else { return nil }
        return targets[place].id
    }

    /// The place of the target that is this peer alone.
    func target(ofPeer number: Int) -> Int? {
        targets.firstIndex { $0.stream == 0 && $0.listeners.contains(number) }
    }

    /// The keys of commands, one for each target.
    func makeVirtualKeys() -> FixedArray<TalkKey> {
        FixedArray(count: targets.count) { TalkKey(virtualKeys[$0], isDown: false) }
    }

    /// Silence to every target; the numbers of packets begin anywhere.
    func makeSpurts(_ firstSequences: [UInt16]) -> FixedArray<Spurt> {
        FixedArray(count: targets.count) {
            Spurt(sequence: firstSequences[$0], listeners: targets[$0].listeners)
        }
    }

    /// How loud a peer's voice is, heard as `hearing` says.
    func gain(of peer: Int, _ hearing: Hearing) -> Gain {
        let place = peer * Self.gainsPerPeer + (hearing.channel ?? 0)
        // One who is leaving has none any more.
        let gain = place < gains.count ? gains[place] : .unity
        guard case .page(_, let overrides) = hearing else { return gain }
        if overrides { return gain == .muted ? .unity : gain }
        return gain * pageVolume
    }
}

extension CaptureChain.Settings {
    init(_ audio: Config.Audio, _ handsFree: HandsFree) {
        let decibels =
            switch audio.noiseSuppression {
            case .off: 0
            case .low: 15
            case .high: 30
            }
        self.init(
            cancelsEcho: handsFree.cancelsEcho, noiseDecibels: decibels,
            controlsGain: audio.gainControl)
    }
}
