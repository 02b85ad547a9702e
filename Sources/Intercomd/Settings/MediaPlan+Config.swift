internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The media loop's plan, made from the settings.
extension MediaPlan {
    /// How long a page may last.
    private static let pageMax = PageLimit.time
    /// A call has no limit of its own.
    private static let endless = Duration.seconds(100 * 365 * 86_400)

    /// The settings decide on the echo, unless `handsFree` overrides them.
    init(
        _ config: Config, _ directory: PeerDirectory, _ routing: Routing,
        _ handsFree: HandsFree? = nil,
        concealsNeurally: Bool = false, ringtone: [Int16] = []
    ) {
        let audio = config.audio
        let handsFree = handsFree ?? HandsFree(audio, clocksApart: nil)
        self.init(
            targets: routing.targets,
            keys: zip(config.buttons, routing.buttonTargets).map { button, id in
                let target = routing.targets.firstIndex { $0.id == id }
                return Key(button, target: target, config.talk)
            },
            virtualKeys: { Self.virtualKey(of: $0, config.talk) },
            gains: Self.gains(config, directory, routing), profile: audio.profile,
            periodSamples: audio.periodSamples, preroll: config.talk.preroll)
        duck = Gain(decibels: audio.duck)
        hasSpeaker = audio.output != .none
        isHalfDuplex = handsFree.isHalfDuplex
        rxHold = audio.rxHold
        capture = CaptureChain.Settings(audio, handsFree)
        self.ringtone = ringtone
        hasPermitTone = config.sounds.permit == .tone
        self.concealsNeurally = concealsNeurally
        jitterPreset = audio.jitter
        keepsHeard = config.replay.keep != nil
        forwards = config.forward.peers.compactMap { directory.number(named: $0) }
    }

    private static func gains(_ config: Config, _ directory: PeerDirectory, _ routing: Routing)
        -> [Gain]
    {
        let rows = (directory.numbers.max() ?? -1) + 1
        // A place without a setting is muted, or never heard.
        var gains = [Gain](repeating: .muted, count: rows * gainsPerPeer)
        for (peer, number) in zip(config.peers, directory.numbers) {
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

    /// The settings for a target that a command opens.
    ///
    /// A call is open for its whole length, and closed at once; a page has a limit of its own.
    private static func virtualKey(of target: TalkTarget, _ talk: Config.Talk) -> TalkKey.Settings {
        let (tail, limit): (Duration, Duration) =
            switch target.stream {
            case TalkTarget.call: (.zero, endless)
            case TalkTarget.page: (talk.tail, pageMax)
            case TalkTarget.message: (talk.tail, .seconds(SealedMessage.secondsMax))
            default: (talk.tail, talk.maxTalk)
            }
        return TalkKey.Settings(mode: .momentary, debounce: .zero, tail: tail, talkMax: limit)
    }
}

extension MediaPlan.Key {
    init(_ button: Config.Button, target: Int?, _ talk: Config.Talk) {
        let isVoice = button.isVoiceOperated
        let meaning = isVoice ? .talk : KeyMeaning(button)
        // A gesture has outlasted the bounce already.
        let isSettled = isVoice || meaning.talkTouch != .press
        self.init(
            settings: TalkKey.Settings(
                mode: button.talks ? TalkKey.Mode(button.mode) : .momentary,
                debounce: isSettled ? .zero : button.debounce,
                tail: isVoice ? .zero : talk.tail, talkMax: talk.maxTalk),
            vox: isVoice ? Vox(threshold: Float(button.voxThreshold), hang: button.voxHang) : nil,
            target: target, meaning: meaning)
    }
}

extension TalkKey.Mode {
    fileprivate init(_ configured: Config.Button.Mode) {
        self =
            switch configured {
            case .momentary: .momentary
            case .latch: .latch
            case .smart: .smart
            case .open: .open
            // The hang time of speech is tail enough.
            case .vox: .momentary
            }
    }
}

extension CaptureChain.Settings {
    fileprivate init(_ audio: Config.Audio, _ handsFree: HandsFree) {
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

extension KeyMeaning {
    init(_ button: Config.Button) {
        let talk = button.talks ? Gesture.Touch(button.talkTouch) : nil
        // A talk that begins with the press needs no gesture, so nothing waits.
        let later = talk == .press ? nil : talk
        self.init(
            talkTouch: talk, isReply: button.isReply,
            gestures: Gesture.Settings(
                press: button.acts[.press] != nil,
                hold: button.acts[.hold] != nil || later == .hold,
                double: button.acts[.double] != nil || later == .double,
                debounce: button.debounce))
    }
}

extension Gesture.Touch {
    init(_ configured: Config.Touch) {
        self =
            switch configured {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}

extension Config.Touch {
    init(_ touch: Gesture.Touch) {
        self =
            switch touch {
            case .press: .press
            case .hold: .hold
            case .double: .double
            }
    }
}

extension MediaVolumes {
    /// - Parameters:
    ///   - state: The state that people have set, with quiet hours.
    ///   - names: The peers and channels that are muted by name.
    ///   - isCardMuted: Whether the mixer of the speaker's card blocks all sound.
    ///   - isMicrophoneSilent: Whether the microphone gives no audible sound.
    init(_ state: SavedState, _ names: Names, isCardMuted: Bool, isMicrophoneSilent: Bool) {
        self.init()
        speaker = state.isSpeakerMuted ? .muted : Gain(percent: state.volumes[.speaker])
        isSpeakerMuted = state.isSpeakerMuted
        self.isCardMuted = isCardMuted
        ring = Gain(percent: state.volumes[.ring])
        tones = Gain(percent: state.volumes[.tones])
        page = Gain(percent: state.volumes[.page])
        isMicrophoneMuted = state.isMicrophoneMuted
        self.isMicrophoneSilent = isMicrophoneSilent
        let (directory, channels) = (names.directory, names.routing.channels)
        mutedPeers = PeerSet(directory.numbers.filter { state.muted.contains(directory[$0].name) })
        for (place, channel) in names.config.channels.enumerated()
        where state.muted.contains(channel.name) && channels.indices.contains(place) {
            mutedChannels |= 1 << UInt32(channels[place].number)
        }
    }
}
