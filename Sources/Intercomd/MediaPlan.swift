internal import Audio
internal import Config
internal import Station
internal import Time

/// What the media loop is told once, at its start.
struct MediaPlan: Sendable {
    let peers: Int
    let targets: [TalkTarget]
    /// For each button, its settings and the target it speaks into.
    let keys: [(settings: TalkKey.Settings, target: Int)]
    /// For `intercomctl ptt`: held until let go, no bounce.
    let virtualKey: TalkKey.Settings
    /// The gain of each peer's voice alone, then on each channel: a row for each peer.
    private let gains: [Gain]
    private let gainsPerPeer: Int
    /// Frames kept from before the key went down; 0 closes the microphone when idle.
    let prerollFrames: Int
    let bitrate: Int
    let isHalfDuplex: Bool
    let speakerHold: Duration
    let jitter: Config.Audio.Jitter
    let jitterMax: Duration
    let periodNanoseconds: Int64

    init(_ config: Config, routing: Routing) {
        peers = config.peers.count
        targets = routing.targets
        let talk = config.talk
        keys = zip(config.buttons, routing.buttonTargets).map { button, target in
            let mode: TalkKey.Mode =
                switch button.mode {
                case .momentary: .momentary
                case .latch: .latch
                case .smart: .smart
                case .open: .open
                }
            return (
                TalkKey.Settings(
                    mode: mode, debounce: button.debounce, tail: talk.tail, talkMax: talk.maxTalk),
                target
            )
        }
        virtualKey = TalkKey.Settings(
            mode: .momentary, debounce: .zero, tail: talk.tail, talkMax: talk.maxTalk)
        gainsPerPeer = 1 + config.channels.count
        gains = config.peers.flatMap { peer in
            [Gain(decibels: peer.gain)]
                + config.channels.map { Gain(decibels: peer.gain + $0.gain) }
        }
        prerollFrames = Int((talk.preroll.milliseconds + 9) / 10)
        bitrate = config.audio.bitrate
        isHalfDuplex = config.audio.isHalfDuplex
        speakerHold = config.audio.rxHold
        jitter = config.audio.jitter
        jitterMax = config.audio.jitterMax
        periodNanoseconds = Int64(config.audio.periodSamples) * 1_000_000_000 / 48_000
    }

    /// How loud a peer's voice is, heard as `hearing` says.
    func gain(of peer: Int, _ hearing: Hearing) -> Gain {
        switch hearing {
        case .channel(let place): gains[peer * gainsPerPeer + 1 + place]
        case .direct, .unbound, .ignored: gains[peer * gainsPerPeer]
        }
    }

    var jitterPreset: JitterBuffer.Preset {
        switch jitter {
        case .low: .low
        case .normal: .normal
        case .robust: .robust
        }
    }
}
