internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// Work that is left out while the processor cannot keep up (`LoadShedding`).
extension MediaLoop {
    /// A rest of this length now and then shows the kernel that the thread does not spin.
    ///
    /// The kernel ends a thread that has not slept for LimitRTTIME=, and one that is always behind
    /// never sleeps.
    private static let nap = Duration.microseconds(100)

    /// Takes or takes back a step where it is time to.
    mutating func followLoad() {
        guard now >= shedding.due else { return }
        let profile = plan.sound.complexity
        shedding.setUse(of: .thriftyEncoder, profile > Self.complexityThrifty)
        shedding.setUse(of: .plainEncoder, profile > Self.complexityPlain)
        shedding.setUse(
            of: .noNoiseSuppression,
            capturePath.chain.settings.noiseDecibels > 0 && !capturePath.chain.settings.cancelsEcho)
        shedding.setUse(of: .noEchoCancelling, capturePath.chain.settings.cancelsEcho)
        let changed = shedding.windowEnded(
            at: now, busy: Clock.threadNanoseconds(), isLate: shedding.takeLateness())
        // Positions that were read late say nothing of how fast the cards run.
        if shedding.isPressed { cards.clocks.distrust(at: now) }
        if changed != nil { obeyShedding() }
        if let changed { rings.notify(.shedding(changed)) }
        if shedding.isBusy { Clock.sleep(Self.nap) }
    }

    private static let complexityThrifty = 5
    private static let complexityPlain = 2

    /// Brings everything to the step: also what has just been made anew.
    mutating func obeyShedding() {
        let step = shedding.step
        var complexity = plan.sound.complexity
        if step >= .thriftyEncoder { complexity = min(complexity, Self.complexityThrifty) }
        if step >= .plainEncoder { complexity = min(complexity, Self.complexityPlain) }
        talks.encoder.change(complexity: complexity)
        capturePath.chain.isNoiseLeft = step >= .noNoiseSuppression
        capturePath.chain.isEchoLeft = step >= .noEchoCancelling
        talkers.limit(to: voicesMax, at: now)
        talkers.neuralMax = step == .none ? plan.neuralVoices : 0
        // Microphone and speaker take turns where the echo is wished gone and is not.
        duplex.isOn =
            plan.isHalfDuplex
            || capturePath.chain.isEchoLeft && capturePath.chain.settings.cancelsEcho
    }

    private var voicesMax: Int {
        switch shedding.step {
        case .twoVoices: 2
        case .fourVoices: 4
        default: Talkers.voicesMax
        }
    }
}
