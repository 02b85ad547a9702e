internal import Audio
package import HAL
package import Media

/// What microphone, coder and loudspeaker of this station hold back, in ms.
package struct OwnDelays: Equatable {
    /// A frame has to be whole, and echo and noise are taken out of it.
    package let input: Double
    package let codec: Double
    package let output: Double

    /// - Parameters:
    ///   - plan: What is wanted of both cards, and of the sound.
    ///   - input: What the microphone's card has granted.
    ///   - output: What the speaker's has.
    package init(_ plan: MediaPlan, input: PCMParameters? = nil, output: PCMParameters? = nil) {
        let perMs = 48.0
        let frame = max(input?.periodSamples ?? plan.sound.periodSamples, plan.sound.frameSamples)
        let chain = plan.capture.delaySamples(blockSamples: plan.captureBlock)
        self.input = Double(frame + chain) / perMs
        // Opus looks 6.5 ms ahead for SILK, 2.5 ms without (measured).
        codec = plan.sound.mode == .lowDelay ? 2.5 : 6.5
        let queued = output?.fillSamples ?? plan.sound.periodSamples * plan.sound.periods
        self.output = Double(queued) / perMs
    }
}
