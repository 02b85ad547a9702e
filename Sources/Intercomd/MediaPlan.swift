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
        /// The place of its target in `targets`.
        let target: Int

        /// Whether the other is read from the same line in the same way.
        func hasLine(of other: Key) -> Bool {
            line == other.line && bias == other.bias && isActiveLow == other.isActiveLow
        }
    }

    let targets: [TalkTarget]
    let keys: [Key]
    /// For `intercomctl ptt`: held until let go, no bounce.
    let virtualKey: TalkKey.Settings
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
    var frameSize: Int { bitrate * sound.frameSamples / (8 * PCM.sampleRate) }
    /// What others are turned down to while somebody of higher priority speaks.
    let duck: Gain
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
    let jitterPreset: JitterBuffer.Preset
    let jitterMax: Duration
    let periodNanoseconds: Int64

    private static let gainsPerPeer = Int(FrameFlags.streams.upperBound)

    /// What is done about the echo is what is wished, unless `handsFree` says otherwise.
    init(
        _ config: Config, _ roster: Roster, _ routing: Routing, _ handsFree: HandsFree? = nil
    ) {
        let handsFree = handsFree ?? HandsFree(config.audio, clocksApart: nil)
        targets = routing.targets
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
            return Key(
                line: isVoice ? "vox \(button.name)" : button.line, bias: button.bias,
                isActiveLow: button.isActiveLow,
                settings: TalkKey.Settings(
                    mode: mode, debounce: isVoice ? .zero : button.debounce,
                    tail: isVoice ? .zero : talk.tail, talkMax: talk.maxTalk),
                vox: isVoice
                    ? .init(threshold: Float(button.voxThreshold), hang: button.voxHang) : nil,
                target: routing.targets.firstIndex { $0.id == id }!)
        }
        virtualKey = TalkKey.Settings(
            mode: .momentary, debounce: .zero, tail: talk.tail, talkMax: talk.maxTalk)
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
        isHalfDuplex = handsFree.isHalfDuplex
        speakerHold = config.audio.rxHold
        capture = CaptureChain.Settings(config.audio, handsFree)
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

    /// The talk keys, each still without its line.
    func makeKeys(at now: Instant) -> FixedArray<KeySlot> {
        FixedArray(count: keys.count) { place in
            KeySlot(
                settings: keys[place].settings, target: keys[place].target, vox: keys[place].vox,
                at: now)
        }
    }

    /// The keys of `intercomctl ptt`, one for each target.
    func makeVirtualKeys() -> FixedArray<TalkKey> {
        FixedArray(count: targets.count) { _ in TalkKey(virtualKey, isDown: false) }
    }

    /// Silence to every target; the numbers of packets begin anywhere.
    func makeSpurts(_ firstSequences: [UInt16]) -> FixedArray<Spurt> {
        FixedArray(count: targets.count) { Spurt(sequence: firstSequences[$0]) }
    }

    /// How loud a peer's voice is, heard as `hearing` says.
    func gain(of peer: Int, _ hearing: Hearing) -> Gain {
        var place = peer * Self.gainsPerPeer
        if case .channel(let number) = hearing { place += number }
        // One who is leaving has none any more.
        return place < gains.count ? gains[place] : .unity
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
            controlsGain: audio.controlsGain)
    }
}
