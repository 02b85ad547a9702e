internal import Audio
internal import Time

/// Microphone and speaker taking turns (`duplex = half`).
///
/// The speaker is held down while the own microphone is open, and `rx-hold` longer. In a call the
/// microphone is open all the time; the loudness of both sides then decides which has its turn.
struct HalfDuplex {
    /// Whether they take turns: as configured, or because the echo is not cancelled now.
    var isOn = false
    private var callSwitch = DuplexSwitch()
    /// Until when the speaker is held down after a talk.
    private var heldUntil = Instant(nanoseconds: .min)
    private var chimeFader = Fader()

    /// Why the microphone is open.
    enum Talking {
        case nobody
        /// A call has it alone: no key is pressed.
        case callOnly
        /// A key that is pressed has the word, in a call too.
        case key
    }

    /// A call begins: both sides are as quiet as each other.
    mutating func callBegins() { callSwitch.reset() }

    /// The own microphone closes: the speaker stays held down for this long.
    mutating func talkEnded(at now: Instant, rxHold: Duration) { heldUntil = now + rxHold }

    /// Whether the speaker is held down now; never while a chime tells of an open microphone.
    func holdsSpeakerDown(_ talking: Talking, isUrgent: Bool, at now: Instant) -> Bool {
        guard isOn, !isUrgent else { return false }
        switch talking {
        case .callOnly: return callSwitch.side == .here
        case .key: return true
        case .nobody: return now < heldUntil
        }
    }

    /// Shuts the microphone's newest samples to the far side's turn in a call, and to own chimes.
    mutating func shutMicrophone(
        _ block: inout MutableSpan<Int16>, _ talking: Talking, isUrgent: Bool
    ) {
        guard isOn, talking != .nobody else { return }
        if talking == .callOnly { callSwitch.captured(&block) }
        chimeFader.apply(isUrgent ? .muted : .unity, to: &block, duration: 240)
    }

    /// A block is played.
    mutating func played(_ block: Span<Int16>, _ talking: Talking) {
        if isOn, talking == .callOnly { callSwitch.played(block) }
    }
}
