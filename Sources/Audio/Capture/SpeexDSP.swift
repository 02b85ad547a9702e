internal import CSpeexDSP
internal import Realtime

/// Removes the loudspeaker's sound from the microphone's.
///
/// The adaptive filter of libspeexdsp (Valin: "On adjusting the learning rate in frequency domain
/// echo cancellation with double-talk", 2007) over 200 ms, followed by suppression of the
/// remainder. It needs microphone and loudspeaker on one clock: 20 ppm between them cost 20 dB. It
/// delays sound by one frame. Real-time after `init`.
@safe public struct EchoCanceller: ~Copyable {
    /// The longest path from the loudspeaker to the microphone by way of the walls, in samples.
    static let tailSamples = 9_600
    /// By how many decibels the remaining echo is lowered: normally, and while a person speaks
    /// here.
    private static let suppression = 45
    private static let suppressionDuringSpeech = 15

    private let state: OpaquePointer
    private var rest: NoiseSuppressor
    private var cancelled: FixedArray<Int16>
    /// Samples of every frame.
    public let frameSamples: Int

    /// - Parameters:
    ///   - frameSamples: Samples of 48 kHz in each frame: 480, or 240 for less delay at half again
    ///     the work.
    ///   - noiseDecibels: By how much steady noise is lowered, too, 1 to 40.
    public init(frameSamples: Int = PCM.blockMax, noiseDecibels: Int = 15) {
        precondition(frameSamples == 240 || frameSamples == 480)
        // The library ends the program when there is no memory.
        unsafe state = speex_echo_state_init(Int32(frameSamples), Int32(Self.tailSamples))!
        // With the default of 8 kHz, the filter would lower the near voice by 20 dB.
        let status = unsafe cspeex_echo_set(
            state, SPEEX_ECHO_SET_SAMPLING_RATE, Int32(PCM.sampleRate))
        precondition(status == 0)
        self.frameSamples = frameSamples
        cancelled = FixedArray(count: frameSamples, repeating: 0)
        rest = NoiseSuppressor(frameSamples: frameSamples, decibels: noiseDecibels)
        // SAFETY: both live as long as this value, and no call is made after deinit.
        unsafe rest.suppressEcho(
            of: state, suppression: Self.suppression, duringSpeech: Self.suppressionDuringSpeech)
    }

    deinit { unsafe speex_echo_state_destroy(state) }

    /// Replaces one captured frame by the former one, without the echo.
    ///
    /// - Parameters:
    ///   - frame: The captured frame.
    ///   - reference: The sound that the loudspeaker played meanwhile, at most 2 ms late
    ///     (`EchoReference`).
    /// - Returns: The powers of the frame taken in, to judge the result by.
    @discardableResult
    public mutating func process(
        _ frame: inout MutableSpan<Int16>, reference: Span<Int16>
    ) -> EchoPowers {
        precondition(frame.count == frameSamples && reference.count == frameSamples)
        let captured = Power.mean(frame.span)
        let left = cancel(&frame, reference)
        rest.process(&frame)
        return EchoPowers(captured: captured, left: left, played: Power.mean(reference))
    }

    /// Runs the filter, and returns the mean square of its output.
    private mutating func cancel(
        _ frame: inout MutableSpan<Int16>, _ reference: Span<Int16>
    ) -> Float {
        let state = unsafe state
        var output = cancelled.mutableSpan
        unsafe frame.withUnsafeMutableBufferPointer { samples in
            unsafe reference.withUnsafeBufferPointer { played in
                unsafe output.withUnsafeMutableBufferPointer { clean in
                    // SAFETY: each of the three holds one frame, and none overlaps another.
                    unsafe speex_echo_cancellation(
                        state, samples.baseAddress!, played.baseAddress!, clean.baseAddress!)
                }
            }
        }
        let clean = output.span
        for i in clean.indices { frame[i] = clean[i] }
        return Power.mean(clean)
    }
}

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
        // Needed even for residual echo alone: without denoising, the library leaves that echo,
        // too.
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
    @unsafe mutating func suppressEcho(
        of echo: OpaquePointer, suppression: Int, duringSpeech: Int
    ) {
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
