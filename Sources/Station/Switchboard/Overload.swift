package import Time

/// How much the sound leaves out because the processor cannot keep up.
///
/// In the order in which it is left out; each step leaves out what those before it do, too.
package enum Overload: Int, CaseIterable, Comparable, Sendable {
    case none
    /// The encoder looks less hard for the best packet, then hardly at all.
    case thriftyEncoder
    case plainEncoder
    case noNoiseSuppression
    /// The echo is not cancelled: microphone and speaker take turns instead.
    case noEchoCancelling
    /// Fewer talkers are heard at once, by priority.
    case fourVoices
    case twoVoices

    /// Whether anything is left out.
    package var isOn: Bool { self > .none }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What happens to the cards, the processor and the network of this machine.
package enum MachineNews: Equatable, Sendable {
    /// What became of a stream of sound.
    case stream(StillStreams.Direction, StillStreams.Change)
    /// The card of a stream is gone.
    case streamLost(StillStreams.Direction)
    /// How often sound was lost between card and program since the start; told once a second.
    case xruns(capture: UInt64, playback: UInt64)
    /// A card wakes the sound for nothing.
    case cardStalled
    /// A card is gone.
    case cardLost
    /// The sound leaves out so much from now on, because the processor cannot keep up.
    case overload(Overload)
    /// What the microphone's sound depends on, and when more than a muted card gives came last;
    /// told in each turn, and when a person mutes it.
    case microphone(MicrophoneWatch.Facts, soundAt: Instant)
    /// What a look at the network found, and the peers that are reached without it; while there is
    /// trouble, told in each turn.
    case network(String?, loopback: PeerSet)
}
