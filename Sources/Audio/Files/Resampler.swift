internal import CSpeexDSP
internal import Realtime

/// Brings sound of any rate to 48 kHz.
///
/// The resampler of libspeexdsp, without its initial silence; at 48 kHz sound passes bit for bit.
/// Sound too loud for 16 bits is clipped at full scale.
@safe public struct Resampler: ~Copyable {
    /// The sample rates it accepts.
    public static let rates = 4_000...192_000
    /// 0 to 10: at 8 a sweep up to 0.95 of the band passes unchanged.
    private static let quality: Int32 = 8

    private let state: OpaquePointer?
    private var input = FixedArray<Float>(count: 480, repeating: 0)
    private var filled = 0
    private var output = FixedArray<Float>(count: 512, repeating: 0)

    /// Makes a resampler for sound of this rate, one of `rates`.
    public init(rate: Int) {
        precondition(Self.rates.contains(rate))
        guard rate != PCM.sampleRate else {
            unsafe state = nil
            return
        }
        var error: Int32 = 0
        // The library returns nil only when there is no memory.
        unsafe state = speex_resampler_init(
            1, UInt32(rate), UInt32(PCM.sampleRate), Self.quality, &error)!
        _ = unsafe speex_resampler_skip_zeros(state)
    }

    deinit { if let state = unsafe state { unsafe speex_resampler_destroy(state) } }

    /// Takes one sample, full scale being 1, and passes the samples of 48 kHz that result to
    /// `take`.
    public mutating func add(_ sample: Float, _ take: (Int16) -> Void) {
        input[filled] = sample
        filled += 1
        if filled == input.count { flush(take) }
    }

    /// Passes the remaining samples to `take`.
    public mutating func finish(_ take: (Int16) -> Void) {
        flush(take)
        guard let state = unsafe state else { return }
        // Silence as long as the filter's delay pushes the rest out of it.
        var left = unsafe Int(speex_resampler_get_input_latency(state))
        while left > 0 {
            let count = min(left, input.count)
            for index in 0..<count { input[index] = 0 }
            filled = count
            flush(take)
            left -= count
        }
    }

    private mutating func flush(_ take: (Int16) -> Void) {
        defer { filled = 0 }
        guard let state = unsafe state else {
            for index in 0..<filled { take(Self.sample(input[index])) }
            return
        }
        var taken = 0
        while taken < filled {
            let (inputs, outputs) = unsafe Self.run(state, input, taken..<filled, &output)
            for index in 0..<outputs { take(Self.sample(output[index])) }
            taken += inputs
            // The library has consumed all input and returns nothing: this is the end.
            if inputs == 0, outputs == 0 { return }
        }
    }

    /// - Returns: The number of samples consumed, and of samples made.
    @unsafe private static func run(
        _ state: OpaquePointer, _ input: borrowing FixedArray<Float>, _ range: Range<Int>,
        _ output: inout FixedArray<Float>
    ) -> (Int, Int) {
        var (inputs, outputs) = (UInt32(range.count), UInt32(output.count))
        let source = input.span.extracting(range)
        var room = output.mutableSpan
        unsafe source.withUnsafeBufferPointer { source in
            unsafe room.withUnsafeMutableBufferPointer { room in
                // SAFETY: the library gets the number of samples in each buffer.
                _ = unsafe speex_resampler_process_float(
                    state, 0, source.baseAddress!, &inputs, room.baseAddress!, &outputs)
            }
        }
        return (Int(inputs), Int(outputs))
    }

    private static func sample(_ value: Float) -> Int16 {
        Int16(max(-32_768, min(32_767, (value * 32_768).rounded())))
    }
}
