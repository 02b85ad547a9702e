/// The outcome of moving samples to or from a card.
///
/// A real-time loop expects each of these: each implies what to do next.
public enum PCMTransfer: Equatable, Sendable {
    /// This many samples were moved, at least one; perhaps fewer than requested.
    case samples(Int)
    /// No sample is ready, or there is no room: wait for the descriptors.
    case wouldBlock
    /// The loop was late, and samples were lost. The card has been prepared, filled and started
    /// again; the block was not accepted: offer it again. (A linked pair is only prepared: start it
    /// with `PCMPair`.)
    case xrun
    /// The machine sleeps, or the card does. Its descriptors are ready all the time meanwhile:
    /// disarm them, and try again after a period or more; the first success is `.xrun`.
    case suspended
    /// No longer usable. Close it, and open it by name when it is back.
    case gone(PCMError)
}
