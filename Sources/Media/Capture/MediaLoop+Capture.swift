internal import Audio
internal import HAL
internal import Realtime

/// What is done to the microphone's sound before anyone hears it (`CaptureChain`).
extension MediaLoop {
    /// Takes captured samples, block by block, each of them improved before a frame of it is whole.
    mutating func improve(samples count: Int) {
        let blockSamples = chain.blockSamples
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
            if plan.hasVox { listenForSpeech(newest: blockSamples) }
        }
        samplesRead += count
    }

    private static func improve(
        _ microphone: inout Microphone, _ chain: inout CaptureChain, from position: Int,
        _ reference: borrowing EchoReference
    ) {
        var block = microphone.mutableNewest(chain.blockSamples)
        chain.process(&block, at: position, reference)
    }

    /// Asks both cards how much waits in them: what is played now is what is captured now.
    private mutating func alignReference(captured: Int) {
        guard chain.settings.cancelsEcho, let delays = cards.delays else { return }
        reference.align(
            playbackDelay: delays.playback, captureDelay: delays.capture, captured: captured)
    }

    /// Lets speech press the keys that it may: speech in the newest samples of the microphone.
    mutating func listenForSpeech(newest count: Int) {
        let speaker = heardSpeaker
        for place in keys.indices {
            guard keys[place].isVoiceOperated else { continue }
            let isOpen = Self.hear(&keys[place].vox, microphone, count, speaker)
            if isOpen != keys[place].isDown { set(place, isDown: isOpen, at: now) }
        }
    }

    private static func hear(
        _ vox: inout Vox, _ microphone: borrowing Microphone, _ count: Int,
        _ speaker: Vox.Speaker
    ) -> Bool {
        vox.add(microphone.newest(count), speaker: speaker)
    }

    /// What the microphone hears of the speaker.
    private var heardSpeaker: Vox.Speaker {
        mutating get {
            guard activity.isSounding else { return .silent }
            return chain.estimate?.isGood == true ? .cancelled : .heard
        }
    }

    /// The microphone is away: nobody speaks into it.
    mutating func silenceVoxes() {
        guard plan.hasVox else { return }
        for place in keys.indices {
            guard keys[place].isVoiceOperated else { continue }
            keys[place].vox.reset()
            if keys[place].isDown { set(place, isDown: false, at: now) }
        }
    }

    /// A card stood still, or another one is there: its samples have other places now.
    mutating func loseReference() {
        guard !chain.settings.isOff else { return }
        reference.breakOff()
        chain.breakOff()
    }
}
