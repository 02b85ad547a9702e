package import Time

/// What the sound leaves out because the processor cannot keep up.
package struct Overload: Sendable {
    /// How much is left out; each step leaves out what those before it do, too.
    package enum Step: Int, CaseIterable, Comparable, Sendable {
        case none, thriftyEncoder, plainEncoder, noNoiseSuppression, noEchoCancelling, fourVoices
        case twoVoices

        package static func < (left: Step, right: Step) -> Bool { left.rawValue < right.rawValue }
    }

    /// The processing that the settings turn on: the rest cannot be left out.
    package struct Processing: Equatable, Sendable {
        let suppressesNoise: Bool
        let cancelsEcho: Bool

        /// - Parameters:
        ///   - suppressesNoise: The microphone's noise is to be taken away.
        ///   - cancelsEcho: The echo is to be cancelled, and can be.
        package init(suppressesNoise: Bool, cancelsEcho: Bool) {
            (self.suppressesNoise, self.cancelsEcho) = (suppressesNoise, cancelsEcho)
        }
    }

    /// One thing that is left out.
    package enum Loss: Equatable, Sendable {
        /// Speech is encoded with less care, or with hardly any.
        case encoderCare(isPlain: Bool)
        case noiseSuppression
        case echoCancelling
        /// No more voices than this are heard at once.
        case voices(Int)
    }

    private var step = Step.none

    /// Whether the processor cannot keep up now.
    package var isOn: Bool { step > .none }

    /// The sound leaves out so much from now on.
    mutating func follow(_ step: Step, _ orders: inout Orders) {
        guard step != self.step else { return }
        self.step = step
        orders.add(isOn ? .overload : .overloadEnd)
    }

    /// All that the settings ask for and that is left out.
    package func losses(of processing: Processing) -> [Loss] {
        var found: [Loss] = []
        if step >= .thriftyEncoder { found.append(.encoderCare(isPlain: step >= .plainEncoder)) }
        if step >= .noNoiseSuppression, processing.suppressesNoise {
            found.append(.noiseSuppression)
        }
        if leavesOutEcho(of: processing) { found.append(.echoCancelling) }
        if step >= .fourVoices { found.append(.voices(step >= .twoVoices ? 2 : 4)) }
        return found
    }

    /// Whether the echo is not cancelled although the settings ask for it.
    package func leavesOutEcho(of processing: Processing) -> Bool {
        step >= .noEchoCancelling && processing.cancelsEcho
    }
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
    case overload(Overload.Step)
    /// What the microphone's sound depends on, and when more than a muted card gives came last;
    /// told in each turn, and when a person mutes it.
    case microphone(MicrophoneWatch.Facts, soundAt: Instant)
    /// What a look at the network found, and the peers that are reached without it; while there is
    /// trouble, told in each turn.
    case network(DownWatch.NetworkTrouble?, loopback: PeerSet)
}
