internal import CSpeexDSP

/// Removes steady noise, and the echo that a canceller has left, from the microphone's sound.
///
/// The preprocessor of libspeexdsp. It delays sound by one frame, and works best with frames of 10
/// ms: at 20 ms it removes 2 dB less in short pauses. Real-time after `init`.
@safe public struct NoiseSuppressor: ~Copyable {
    private let state: OpaquePointer
    /// Samples of every frame.
    public let frameSamples: Int

    /// - Parameters:
    ///   - frameSamples: Samples of 48 kHz in each frame, 240 or 480.
    ///   - decibels: How far noise is lowered, 1 to 40.
    public init(frameSamples: Int = PCM.blockMax, decibels: Int = 15) {
        precondition(frameSamples == 240 || frameSamples == 480)
        precondition((1...40).contains(decibels))
        // The library ends the program when there is no memory.
        unsafe state = speex_preprocess_state_init(Int32(frameSamples), Int32(PCM.sampleRate))!
        self.frameSamples = frameSamples
        // Needed for residual echo alone, too: without denoising that is not suppressed either.
        set(SPEEX_PREPROCESS_SET_DENOISE, 1)
        set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, -decibels)
        set(SPEEX_PREPROCESS_SET_AGC, 0)
        set(SPEEX_PREPROCESS_SET_DEREVERB, 0)
    }

    deinit { unsafe speex_preprocess_state_destroy(state) }

    private func set(_ request: Int32, _ value: Int) {
        // The library knows every request made here: a refusal can only be our own bug.
        let status = unsafe cspeex_preprocess_set(state, request, Int32(value))
        precondition(status == 0)
    }

    /// Also suppresses the echo that this canceller leaves.
    ///
    /// - Precondition: `echo` outlives every later call of `process`.
    @unsafe mutating func follow(_ echo: OpaquePointer, suppression: Int, duringSpeech: Int) {
        set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, -suppression)
        set(SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, -duringSpeech)
        _ = unsafe cspeex_preprocess_follow(state, echo)
    }

    /// Replaces one frame by the former one, with its noise lowered.
    public mutating func process(_ frame: inout MutableSpan<Int16>) {
        precondition(frame.count == frameSamples)
        unsafe frame.withUnsafeMutableBufferPointer { samples in
            // SAFETY: the library reads and writes one frame, which is what the buffer holds.
            _ = unsafe speex_preprocess_run(state, samples.baseAddress!)
        }
    }
}
