package import Time

/// Cards, processor and network.
extension Switchboard {
    /// Takes what happens to this machine.
    package mutating func follow(_ news: MachineNews, at now: Instant) {
        self.now = now
        switch news {
        case .stream(let direction, let change): still.follow(direction, change, &orders)
        case .streamLost(let direction): still.lost(direction)
        case .xruns(let capture, let playback):
            cardTroubles.lost(capture: capture, playback: playback, &orders)
        case .cardStalled: cardTroubles.stalled(&orders)
        case .cardLost: cardTroubles.cardLost()
        case .overload(let step): overload.follow(step, &orders)
        case .network(let trouble): downWatch.looked(trouble, &orders)
        }
    }

    /// Why nothing comes of this station's microphone; nil where sound does, as far as is known.
    package func microphoneSilence(_ facts: MicrophoneWatch.Facts) -> MicrophoneWatch.Silence? {
        MicrophoneWatch.silence(facts, isStill: still[.capture] != nil)
    }

    /// Looks at the microphone again, once a second.
    ///
    /// - Returns: Whether it is another silence than at the look before, or none any more.
    package mutating func lookAtMicrophone(_ facts: MicrophoneWatch.Facts) -> Bool {
        microphoneWatch.look(facts, isStill: still[.capture] != nil)
    }
}
