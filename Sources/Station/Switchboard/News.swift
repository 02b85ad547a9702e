package import Time

/// News of the sound: this station's own talk, and the voices of peers.
package enum SoundNews: Equatable, Sendable {
    /// The microphone opened for a target, by its `id`; the name is for people.
    ///
    /// `first` is the number of its first frame; `isDoubted` means that its listeners did not hear
    /// the talk before.
    case talking(target: Int, name: String?, first: UInt16?, isDoubted: Bool)
    /// The microphone closed for a target.
    case silent(target: Int, name: String?)
    /// A talkspurt of so many sent frames is over.
    case said(target: Int, frames: Int)
    /// A stream of a peer begins to sound, or ends.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
}

/// News of the cards, the processor and the network of this machine.
package enum MachineNews: Equatable, Sendable {
    /// A stream of sound has changed.
    case stream(StillStreams.Direction, StillStreams.Change)
    /// The card of a stream is gone.
    case streamLost(StillStreams.Direction)
    /// How often sound was lost between card and program since the start; reported once a second.
    case xruns(capture: UInt64, playback: UInt64)
    /// A card wakes the sound for nothing.
    case cardStalled
    /// A card is gone.
    case cardLost
    /// The processor cannot keep up, and the sound leaves out so much from now on.
    case overload(Overload)
    /// The facts that the microphone's sound depends on, and when the sound last exceeded a muted
    /// card's; reported in each turn, and when a person mutes the microphone.
    case microphone(MicrophoneWatch.Facts, soundAt: Instant)
    /// The finding about the network, and the peers reached without it; reported in each turn while
    /// there is a fault.
    case network(String?, loopback: PeerSet)
}

/// The processing that the sound leaves out because the processor cannot keep up.
///
/// In the order of the steps; each step also leaves out the processing of the steps before it.
package enum Overload: Int, CaseIterable, Comparable, Sendable {
    case none
    /// The encoder searches less for the best packet, then hardly at all.
    case thriftyEncoder
    case plainEncoder
    case noNoiseSuppression
    /// The echo is not cancelled: microphone and speaker take turns instead.
    case noEchoCancelling
    /// Fewer talkers are heard at once, by priority.
    case fourVoices
    case twoVoices

    /// Whether any processing is left out.
    package var isOn: Bool { self > .none }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
