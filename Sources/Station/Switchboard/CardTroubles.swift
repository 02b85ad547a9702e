/// What is lost, or goes wrong, between a card and this program.
package struct CardTroubles: Sendable {
    /// The card woke the sound for nothing; a timer has taken over.
    package private(set) var isStalled = false
    /// How often sound was lost, as far as that has been told.
    private var captureLosses: UInt64 = 0
    private var playbackLosses: UInt64 = 0

    /// How often sound was lost since the start; call it once a second.
    mutating func lost(capture: UInt64, playback: UInt64, _ orders: inout Orders) {
        if capture != captureLosses { orders.add(.xrun(.capture)) }
        if playback != playbackLosses { orders.add(.xrun(.playback)) }
        (captureLosses, playbackLosses) = (capture, playback)
    }

    /// The card wakes the sound for nothing.
    mutating func stalled(_ orders: inout Orders) {
        isStalled = true
        orders.add(.stalled)
    }

    /// The card is gone: the next one may do better.
    mutating func cardLost() { isStalled = false }
}
