package import Audio
internal import Realtime
package import Station
internal import Time
internal import Wire

/// The settings as the media loop uses them: passed at its start, and at each reload.
package struct MediaPlan: Sendable {
    /// The settings of one talk key.
    package struct Key: Sendable {
        package let settings: TalkKey.Settings
        /// Detects the speech that presses the key; nil for a key that a finger presses.
        package let vox: Vox?
        /// The place of its target in `targets`; nil without a target, or for a reply key.
        package let target: Int?
        package let meaning: KeyMeaning

        package init(
            settings: TalkKey.Settings, vox: Vox?, target: Int?, meaning: KeyMeaning
        ) {
            self.settings = settings
            self.vox = vox
            self.target = target
            self.meaning = meaning
        }
    }

    /// The configured targets, then the aimed ones, whose listeners change as the program runs.
    package let targets: [TalkTarget]
    package let keys: [Key]
    /// Whether speech presses any of the keys.
    package let hasVox: Bool
    /// The settings of the virtual keys, by the place of their target; each is held until released.
    package let virtualKeys: [TalkKey.Settings]
    /// The gain of each peer's voice on each channel: a row for each peer number, whose first entry
    /// is for speech to this station alone.
    private let gains: [Gain]
    package let profile: Profile
    package let sound: Profile.Settings
    /// Samples that the cards move at once, at 48 kHz.
    package let periodSamples: Int
    /// Frames kept from before the key went down; 0 closes the microphone when idle.
    package let prerollFrames: Int
    /// Frames of a talkspurt that carry the start mark (protocol.md §2.2).
    let startFrames: Int
    /// The most frames skipped where the card lost sound.
    let lostFramesMax: Int64
    /// The gain of other voices while a talker of higher priority speaks.
    package var duck = Gain.unity
    /// Whether a speaker is configured.
    package var hasSpeaker = true
    package var isHalfDuplex = false
    /// How long half duplex holds the speaker down after this station's microphone has closed.
    package var rxHold = Duration.zero
    /// The processing of the microphone's sound.
    package var capture = CaptureChain.Settings()
    /// The user's own ringtone, 48 kHz; empty for the built-in one.
    package var ringtone: [Int16] = []
    /// Whether a tone announces that the microphone is open.
    package var hasPermitTone = false
    /// Whether the neural network of libopus conceals missing sound.
    package var concealsNeurally = false
    package var jitterPreset = JitterBuffer.Preset.normal
    /// Whether packets that are heard are kept for a replay.
    package var keepsHeard = false
    /// The numbers of the peers between which datagrams are passed on, by their place.
    package var forwards: [Int] = []

    /// Columns of `gains`: a peer alone, and each channel.
    package static let gainsPerPeer = Int(PacketFlags.streams.upperBound)

    /// Sets all values without a default; the others are set afterwards.
    ///
    /// - Parameters:
    ///   - targets: The configured targets; the aimed ones are added.
    ///   - keys: The talk keys, in the order of the buttons.
    ///   - virtualKeys: The settings of the virtual key of each target.
    ///   - gains: `gainsPerPeer` gains for each peer number.
    ///   - profile: The settings wanted of the encoder and the cards.
    ///   - periodSamples: Samples that the cards move at once, at 48 kHz.
    ///   - preroll: How much sound is kept from before the key went down.
    package init(
        targets: [TalkTarget], keys: [Key], virtualKeys: (TalkTarget) -> TalkKey.Settings,
        gains: [Gain], profile: Profile, periodSamples: Int, preroll: Duration
    ) {
        precondition(gains.count % Self.gainsPerPeer == 0)
        self.targets = targets + TalkTarget.aimed
        self.keys = keys
        hasVox = keys.contains { $0.vox != nil }
        self.virtualKeys = self.targets.map(virtualKeys)
        self.gains = gains
        self.profile = profile
        sound = profile.settings
        self.periodSamples = periodSamples
        let frame = sound.frameNanoseconds
        prerollFrames = Int((preroll.nanoseconds + frame - 1) / frame)
        let marked = max(SentTalkspurt.startMarked, preroll + SentTalkspurt.besidesPreroll)
        startFrames = Int(marked.nanoseconds / frame)
        lostFramesMax = SentTalkspurt.lostMax.nanoseconds / frame
    }

    /// Bytes of a frame, and of a frame that is repeated.
    package var frameSize: Int { sound.frameSize(bitrate: sound.bitrate) }
    package var frameSizeRepeated: Int { sound.frameSize(bitrate: sound.bitrateRepeated) }
    /// Voices whose missing sound libopus may conceal with its neural network.
    var neuralVoices: Int { concealsNeurally ? ConcealmentTrial.voicesMax : 0 }
    var periodNanoseconds: Int64 { Int64(periodSamples) * 1_000_000_000 / 48_000 }
    /// Whether the microphone runs between talks: for the pre-roll, or to detect speech.
    package var keepsCapturing: Bool { prerollFrames > 0 || hasVox }
    /// Samples of the microphone that are improved at once: an echo canceller works best with 10
    /// ms, which causes no delay if the frames are as long.
    package var captureBlock: Int {
        let isWhole = capture.cancelsEcho && sound.frameSamples % PCM.blockMax == 0
        return isWhole ? PCM.blockMax : sound.blockSamples
    }
    /// The places of three aimed targets.
    var message: Int { targets.count - 4 }
    package var announcement: Int { Self.announcement(among: targets.count) }
    package var call: Int { Self.call(among: targets.count) }
    static func announcement(among targets: Int) -> Int { targets - 3 }
    static func call(among targets: Int) -> Int { targets - 1 }

    /// Makes the talk keys, still without their lines.
    func makeKeys(at now: Instant) -> FixedArray<TalkKeySlot> {
        FixedArray(count: keys.count) { place in
            TalkKeySlot(
                settings: keys[place].settings, target: keys[place].target,
                meaning: keys[place].meaning, vox: keys[place].vox, at: now)
        }
    }

    /// The `id` of the target at a place, which a reload keeps; nil without a target.
    package func id(ofTarget place: Int?) -> Int? {
        place.map { targets[$0].id }
    }

    /// The place of the target for this peer alone.
    package func target(ofPeer number: Int) -> Int? {
        targets.firstIndex { $0.stream == 0 && $0.listeners.contains(number) }
    }

    /// Whether no station listens to the target at a place.
    func isVoid(_ place: Int?) -> Bool {
        place.map { targets[$0].listeners.isEmpty } ?? false
    }

    /// Makes the virtual keys, one for each target.
    func makeVirtualKeys() -> FixedArray<TalkKey> {
        FixedArray(count: targets.count) { TalkKey(virtualKeys[$0], isDown: false) }
    }

    /// Makes a silent talkspurt for each target, with the number of its first packet.
    func makeSpurts(_ firstSequences: [UInt16]) -> FixedArray<SentTalkspurt> {
        FixedArray(count: targets.count) {
            SentTalkspurt(sequence: firstSequences[$0], listeners: targets[$0].listeners)
        }
    }

    /// The gain of a peer's voice with this hearing.
    func gain(of peer: Int, _ hearing: Hearing) -> Gain {
        let place = peer * Self.gainsPerPeer + (hearing.channel ?? 0)
        // A peer that is being removed has no gain any more.
        let gain = place < gains.count ? gains[place] : .unity
        if case .page(_, overrides: true) = hearing, gain == .muted { return .unity }
        return gain
    }
}

/// Judges whether a voice is heard here, by settings and a person's volumes.
extension MediaPlan {
    /// Judges a peer's voice by every volume and gain between it and the speaker.
    package func path(of peer: Int, _ hearing: Hearing, _ volumes: MediaVolumes) -> Audibility {
        var path = Audibility()
        path.pass(volumes.isCardMuted ? 0 : 1, .cardMuted)
        var own = hearing
        switch hearing {
        case .page(_, overrides: true): break
        case .page(let channel, overrides: false):
            passSpeaker(&path, volumes)
            path.pass(volumes.page.factor, .volume)
            own = channel.map { .channel($0) } ?? .direct
            path.pass(volumes.isMuted(peer: peer, channel: channel) ? 0 : 1, .turnedDown)
        default:
            passSpeaker(&path, volumes)
            let isMuted = volumes.isMuted(peer: peer, channel: hearing.channel)
            path.pass(isMuted ? 0 : 1, .turnedDown)
        }
        path.pass(gain(of: peer, own).factor, .turnedDown)
        return path
    }

    /// The gain of a peer's voice, by settings and people; zero when a person has muted it.
    func gain(of peer: Int, _ hearing: Hearing, _ volumes: MediaVolumes) -> Gain {
        let gain = gain(of: peer, hearing)
        // A page that overrides ignores the speaker's volume and all mutes.
        if case .page(_, overrides: true) = hearing { return gain }
        guard !volumes.isMuted(peer: peer, channel: hearing.channel) else { return .muted }
        if case .page = hearing { return gain * volumes.page * volumes.speaker }
        return gain * volumes.speaker
    }

    private func passSpeaker(_ path: inout Audibility, _ volumes: MediaVolumes) {
        path.pass(volumes.isSpeakerMuted ? 0 : 1, .speakerMuted)
        path.pass(volumes.speaker.factor, .volume)
    }
}

/// The volumes and mutes that people have set, for the media loop.
package struct MediaVolumes: Equatable, Sendable {
    /// The gain of all the speaker's sound; the other gains, each for one kind of sound, multiply
    /// with it.
    package var speaker = Gain.unity
    package var ring = Gain.unity
    package var tones = Gain.unity
    package var page = Gain.unity
    /// Why the speaker is not heard: a person has muted it, or its card's mixer lets nothing
    /// through.
    package var isSpeakerMuted = false
    package var isCardMuted = false
    /// Whether the microphone's sound is replaced by silence.
    package var isMicrophoneMuted = false
    /// Whether the microphone gives nothing that a listener could hear: it is muted here or in its
    /// card's mixer, or gone.
    package var isMicrophoneSilent = false
    /// Muted peers; and muted channels, by number, as bits.
    package var mutedPeers = PeerSet()
    package var mutedChannels: UInt32 = 0

    package init() {}

    package func isMuted(peer: Int, channel: Int?) -> Bool {
        if mutedPeers.contains(peer) { return true }
        guard let channel else { return false }
        return mutedChannels & 1 << UInt32(truncatingIfNeeded: channel) != 0
    }
}
