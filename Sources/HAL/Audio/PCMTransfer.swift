/// What came of moving samples to or from a card.
///
/// None of these is a surprise to a real-time loop: each says what to do next.
public enum PCMTransfer: Equatable, Sendable {
    /// This many samples were moved, at least one; perhaps fewer than asked for.
    case samples(Int)
    /// None is ready, or there is no room. Wait for the descriptors.
    case wouldBlock
    /// The loop was late, and samples were lost. The card has been prepared, filled and started
    /// again; the block was not taken: offer it again. (A linked pair is only prepared: start it
    /// with `PCMPair`.)
    case xrun
    /// The machine sleeps, or the card does. Its descriptors are ready all the time meanwhile:
    /// disarm them, and try again after a period or more; the first success is `.xrun`.
    case suspended
    /// Not usable any more. Close it, and open it again by name when it is back.
    case gone(PCMError)
}
