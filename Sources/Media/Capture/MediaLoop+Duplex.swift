internal import Audio
internal import Realtime
internal import Time

/// Who is heard where microphone and speaker cannot both be (`duplex = half`).
extension MediaLoop {
    /// The speaker is held down while the own microphone is open, and a moment after.
    ///
    /// In a call the microphone is open all the time: there the word goes to and fro. What tells
    /// the person at the microphone about it is heard in any case.
    var isHeldDown: Bool {
        guard isHalfDuplex, now >= chimeUntil else { return false }
        if isSwitched { return duplex.side == .here }
        return isTalking || now < speakerHeldUntil
    }

    /// Whether the microphone is open for a call alone: a key that is pressed has the word.
    var isSwitched: Bool {
        guard isHalfDuplex, spurts[plan.call].isTalking else { return false }
        for target in spurts.indices where target != plan.call && target != plan.announcement {
            if spurts[target].isTalking { return false }
        }
        return true
    }

    /// Shuts the microphone, its newest samples, to the far side's word and to own chimes.
    mutating func shutMicrophone(samples count: Int) {
        guard isHalfDuplex, isTalking else { return }
        let isSwitched = isSwitched
        let goal: Gain = now < chimeUntil ? .muted : .unity
        var all = samples.mutableSpan
        var block = all._mutatingExtracting(first: count)
        if isSwitched { duplex.captured(&block) }
        chimeFader.apply(goal, to: &block, duration: 240)
    }
}
