internal import Audio
internal import Time

/// Lets microphone and speaker take turns (`duplex = half`).
///
/// The speaker is held down while this station's microphone is open, and for `rx-hold` after. In a
/// call the microphone is always open; then the loudness of both sides decides whose turn it is.
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
        /// Only a call has the microphone open: no key is pressed.
        case callOnly
        /// A key is pressed, perhaps in a call.
        case key
    }

    /// Begins a call: neither side has the turn.
    mutating func callBegins() { callSwitch.reset() }

    /// Notes that this station's microphone closes: the speaker stays held down for `rxHold`.
    mutating func talkEnded(at now: Instant, rxHold: Duration) { heldUntil = now + rxHold }

    /// Whether the speaker is held down now; never during an urgent chime.
    func holdsSpeakerDown(_ talking: Talking, isUrgent: Bool, at now: Instant) -> Bool {
        guard isOn, !isUrgent else { return false }
        switch talking {
        case .callOnly: return callSwitch.side == .here
        case .key: return true
        case .nobody: return now < heldUntil
        }
    }

    /// Mutes the newest samples during the far side's turn in a call, and during urgent chimes.
    mutating func shutMicrophone(
        _ block: inout MutableSpan<Int16>, _ talking: Talking, isUrgent: Bool
    ) {
        guard isOn, talking != .nobody else { return }
        if talking == .callOnly { callSwitch.captured(&block) }
        chimeFader.apply(isUrgent ? .muted : .unity, to: &block, duration: 240)
    }

    /// Notes a block that is played.
    mutating func played(_ block: Span<Int16>, _ talking: Talking) {
        if isOn, talking == .callOnly { callSwitch.played(block) }
    }
}
