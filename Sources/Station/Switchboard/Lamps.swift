/// What a lamp may stand for.
package enum LampShow: CaseIterable, Equatable, Sendable {
    case talking, receiving, listening, ringing, missed, calling, doNotDisturb, fault, unpaired
}

/// What lamps show: all of it holds in this moment.
package struct LampFacts: Equatable, Sendable {
    /// The microphone is open.
    package var isTalking = false
    /// The microphone is open, and no peer can hear it.
    package var isUnheard = false
    /// A peer is heard.
    package var isReceiving = false
    /// Speech in this room may open the microphone.
    package var isListening = false
    /// A call rings.
    package var isRinging = false
    /// A call was missed, and nobody has touched anything since.
    package var hasMissed = false
    /// A peer has lit the call light.
    package var isCalled = false
    /// Nobody is to be disturbed.
    package var isResting = false
    /// Something of this station does not work.
    package var hasFault = false
    /// The station has no peers.
    package var isUnpaired = false

    package init() {}

    /// The rhythm of a lamp that shows this; nil when it is dark.
    package func pattern(for show: LampShow) -> LampPattern? {
        switch show {
        case .talking: isTalking ? isUnheard ? .unheard : .steady : nil
        case .receiving: isReceiving ? .steady : nil
        case .listening: isListening || isTalking ? .steady : nil
        case .ringing: isRinging ? .ringing : nil
        case .missed: hasMissed ? .missed : nil
        case .calling: isCalled ? .calling : nil
        case .doNotDisturb: isResting ? .steady : nil
        case .fault: hasFault ? .steady : nil
        case .unpaired: isUnpaired ? .steady : nil
        }
    }
}
