/// Whether sound goes in and out.
extension Switchboard {
    /// What became of a stream.
    package mutating func streamChanged(
        _ direction: StillStreams.Direction, _ change: StillStreams.Change
    ) {
        still.follow(direction, change, &orders)
    }

    /// The card of a stream is gone.
    package mutating func streamLost(_ direction: StillStreams.Direction) { still.lost(direction) }

    /// How often sound was lost between card and program since the start; call it once a second.
    package mutating func soundLost(capture: UInt64, playback: UInt64) {
        cardTroubles.lost(capture: capture, playback: playback, &orders)
    }

    /// The card wakes the sound for nothing.
    package mutating func cardStalled() { cardTroubles.stalled(&orders) }

    /// A card is gone.
    package mutating func cardLost() { cardTroubles.cardLost() }

    /// The sound leaves out so much from now on, because the processor cannot keep up.
    package mutating func shed(to step: Overload.Step) { overload.follow(step, &orders) }

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
