internal import Audio
internal import HAL

/// What is done to the microphone's sound before anyone hears it (`CaptureChain`).
extension MediaLoop {
    /// Takes captured samples, block by block, each of them improved before a frame of it is whole.
    mutating func improve(samples count: Int) {
        let blockSamples = plan.sound.blockSamples
        alignReference(captured: samplesRead + count)
        var taken = 0
        while taken < count {
            let missing = microphone.missing(of: blockSamples)
            let part = min(missing, count - taken)
            microphone.append(samples.span.extracting(taken..<taken + part))
            taken += part
            guard part == missing else { break }
            Self.improve(
                &microphone, &chain, from: samplesRead + taken - blockSamples, reference)
        }
        samplesRead += count
    }

    private static func improve(
        _ microphone: inout Microphone, _ chain: inout CaptureChain, from position: Int,
        _ reference: borrowing EchoReference
    ) {
        var block = microphone.newest(chain.blockSamples)
        chain.process(&block, at: position, reference)
    }

    /// Asks both cards how much waits in them: what is played now is what is captured now.
    private mutating func alignReference(captured: Int) {
        guard chain.settings.cancelsEcho, hasPlayback, hasCapture else { return }
        reference.align(
            playbackDelay: playback!.delay(), captureDelay: capture!.delay(), captured: captured)
    }

    /// A card stood still, or another one is there: its samples have other places now.
    mutating func loseReference() {
        guard !chain.settings.isOff else { return }
        reference.breakOff()
        chain.breakOff()
    }
}
