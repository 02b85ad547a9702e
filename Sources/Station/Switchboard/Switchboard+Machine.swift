package import Time

/// Cards, processor and network.
extension Switchboard {
    /// Takes what happens to this machine.
    package mutating func follow(_ news: MachineNews, at now: Instant) {
        self.now = now
        switch news {
        case .stream(let direction, let change): still.follow(direction, change, &orders)
        case .streamLost(let direction):
            // The listeners of a page take it for over: it does not go on when the microphone is
            // back.
            if direction == .capture, pager.name != nil { endPage() }
            still.lost(direction)
        case .xruns(let capture, let playback):
            cardTroubles.lost(capture: capture, playback: playback, &orders)
        case .cardStalled: cardTroubles.stalled(&orders)
        case .cardLost: cardTroubles.cardLost()
        case .overload(let step): overload.follow(step, &orders)
        case .microphone(let facts, let soundAt):
            if microphoneWatch.follow(facts, soundAt: soundAt) { judgeAnew() }
        case .network(let trouble, let loopback):
            if downWatch.looked(trouble, loopback: loopback, &orders) { judgeAnew() }
        }
    }

    /// Why nothing comes of this station's microphone; nil where sound does, as far as is known.
    package var microphoneSilence: Obstacle? {
        microphoneWatch.silence(isStill: isMicrophoneStill).map { Obstacle($0) }
    }

    var isMicrophoneStill: Bool { still[.capture] != nil }

    /// Looks whether anything comes of the microphone; call it once a second, after its news.
    package mutating func lookAtMicrophone(at now: Instant) {
        self.now = now
        if microphoneWatch.look(isStill: isMicrophoneStill) { judgeAnew() }
    }
}
