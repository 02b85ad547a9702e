internal import Audio

/// The microphone muted by a person: silence to everything behind it, keys that speech presses too.
struct Mute {
    /// Samples in which the microphone falls silent.
    static let samples = 480

    private var fader = Fader()
    /// The first frame after the microphone was muted last: no pre-roll reaches before it.
    private(set) var firstFrame = 0

    /// The microphone is muted from now on.
    ///
    /// - Parameters:
    ///   - frame: The first that has nothing of what was said before, nor of the fade.
    ///   - isRunning: Whether the microphone runs; nothing fades in one that rests.
    mutating func begin(before frame: Int, isRunning: Bool) {
        if !isRunning { fader = Fader(.muted) }
        firstFrame = frame
    }

    /// Silences captured samples where the microphone is muted, or fades from and to that.
    mutating func apply(to block: inout MutableSpan<Int16>, isMuted: Bool) {
        let goal: Gain = isMuted ? .muted : .unity
        let (from, to) = fader.move(to: goal, samples: block.count, duration: Self.samples)
        guard from != .unity || to != .unity else { return }
        block.scale(from: from, to: to)
    }
}
