internal import COpus

/// Turns Opus packets into sound, and invents sound where a packet is missing.
///
/// Real-time after `init`.
@safe public struct OpusDecoder: ~Copyable {
    /// A decoder that remembers no sound and never will; nil when there was no memory.
    nonisolated(unsafe) private static let unused: OpaquePointer? = {
        var status = OPUS_OK
        return unsafe copus_decoder_create_warm(Int32(PCM.sampleRate), channels, &status)
    }()

    private static let channels: Int32 = 1

    private let state: OpaquePointer
    private let unused: OpaquePointer
    private let stateSize: Int32

    /// Complexities of a decoder from which libopus 1.5 conceals by its network, and of one that
    /// does nothing of the kind.
    private static let neural: Int32 = 5
    private static let plain: Int32 = 0

    /// Whether a network makes up the sound of missing packets, where libopus has one: no older one
    /// than 1.5 has, and then this changes nothing.
    public var concealsNeurally = false {
        didSet { if concealsNeurally != oldValue { setComplexity() } }
    }

    /// - Throws: `OpusError` when there is no memory.
    public init() throws(OpusError) {
        var status = OPUS_OK
        guard let unused = unsafe Self.unused,
            let state = unsafe opus_decoder_create(
                Int32(PCM.sampleRate), Self.channels, &status)
        else { throw OpusError(status: status == OPUS_OK ? OPUS_ALLOC_FAIL : status) }
        stateSize = opus_decoder_get_size(Self.channels)
        unsafe self.unused = unused
        unsafe self.state = state
        reset()
    }

    deinit { unsafe opus_decoder_destroy(state) }

    /// Decodes one packet and returns the number of samples; nil for an invalid Opus packet, or
    /// when there is no room for its sound.
    public mutating func decode(
        _ packet: Span<UInt8>, into sound: inout MutableSpan<Int16>
    ) -> Int? {
        // An empty packet would mean "conceal" to libopus.
        guard !packet.isEmpty, packet.count <= 1275 * 3 else { return nil }
        let count = unsafe packet.withUnsafeBufferPointer { bytes in
            unsafe sound.withUnsafeMutableBufferPointer { samples in
                // SAFETY: both buffers outlive the call, and libopus is told their sizes.
                unsafe opus_decode(
                    state, bytes.baseAddress!, Int32(bytes.count), samples.baseAddress!,
                    Int32(samples.count), 0)
            }
        }
        return count > 0 ? Int(count) : nil
    }

    /// Continues the sound where packets are missing (PLC).
    ///
    /// - Parameters:
    ///   - samples: How many; a multiple of 120 (2.5 ms), at most 5760 (120 ms).
    ///   - sound: Receives them, at its start.
    public mutating func conceal(samples: Int, into sound: inout MutableSpan<Int16>) {
        precondition(samples > 0 && samples % 120 == 0 && samples <= 5760)
        precondition(sound.count >= samples)
        let count = unsafe sound.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the buffer has room for `samples`; a null packet asks for concealment.
            unsafe opus_decode(state, nil, 0, buffer.baseAddress!, Int32(samples), 0)
        }
        // libopus conceals in any state; if it should fail, silence is the honest result.
        for i in max(0, Int(count))..<samples { sound[i] = 0 }
    }

    /// Forgets all sound so far.
    public mutating func reset() {
        // SAFETY: both are decoders of that size, and nobody writes into `unused`.
        unsafe copus_decoder_copy(state, unused, stateSize)
        if concealsNeurally { setComplexity() }
    }

    private func setComplexity() {
        // SAFETY: the decoder lives; the request is answered or refused, and writes no memory else.
        _ = unsafe copus_decoder_set(
            state, OPUS_SET_COMPLEXITY_REQUEST, concealsNeurally ? Self.neural : Self.plain)
    }

    /// How many samples at 48 kHz a packet holds; nil for an invalid Opus packet (RFC 6716 §3.4).
    public static func sampleCount(of packet: Span<UInt8>) -> Int? {
        guard !packet.isEmpty, packet.count <= 1275 * 3 else { return nil }
        let count = unsafe packet.withUnsafeBufferPointer { bytes in
            // SAFETY: libopus is told the size; it reads the first two bytes at most.
            unsafe opus_packet_get_nb_samples(
                bytes.baseAddress!, Int32(bytes.count), Int32(PCM.sampleRate))
        }
        return count > 0 ? Int(count) : nil
    }
}
