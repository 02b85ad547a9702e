internal import COpus

/// Turns Opus packets into sound, and invents sound where a packet is missing.
///
/// Real-time after `init`.
@safe public struct OpusDecoder: ~Copyable {
    private let state: OpaquePointer

    /// - Throws: `OpusError` when there is no memory.
    public init() throws(OpusError) {
        var status = OPUS_OK
        guard let state = unsafe opus_decoder_create(Int32(PCM.sampleRate), 1, &status) else {
            throw OpusError(status: status)
        }
        unsafe self.state = state
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
    public mutating func reset() { _ = unsafe copus_decoder_reset(state) }

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
