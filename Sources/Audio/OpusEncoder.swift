internal import COpus

/// Turns frames of sound into Opus packets of constant size (RFC 6716).
///
/// Hard constant bit rate, because packet sizes must say nothing about the words. No in-band FEC:
/// at 10 ms frames it costs a whole point of quality. No DTX: silence must look like speech.
/// Real-time after `init`.
@safe public struct OpusEncoder: ~Copyable {
    private let state: OpaquePointer

    /// Bytes in every packet.
    public let frameSize: Int

    /// Makes an encoder for 10 ms frames.
    ///
    /// - Parameters:
    ///   - bitrate: Bits a second, 6,000 to 256,000.
    ///   - complexity: 0 (least work) to 10 (best sound).
    /// - Throws: `OpusError` when a setting is out of range or there is no memory.
    public init(bitrate: Int = 32_000, complexity: Int = 9) throws(OpusError) {
        guard (6_000...256_000).contains(bitrate), (0...10).contains(complexity) else {
            throw OpusError(status: OPUS_BAD_ARG)
        }
        var status = OPUS_OK
        guard
            let state = unsafe opus_encoder_create(
                Int32(PCM.sampleRate), 1, OPUS_APPLICATION_VOIP, &status)
        else { throw OpusError(status: status) }

        do throws(OpusError) {
            let settings: [8 of (request: Int32, value: Int32)] = [
                (OPUS_SET_BITRATE_REQUEST, Int32(bitrate)),
                (OPUS_SET_VBR_REQUEST, 0),
                (OPUS_SET_INBAND_FEC_REQUEST, 0),
                (OPUS_SET_DTX_REQUEST, 0),
                (OPUS_SET_COMPLEXITY_REQUEST, Int32(complexity)),
                (OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE),
                (OPUS_SET_PACKET_LOSS_PERC_REQUEST, 0),
                (OPUS_SET_LSB_DEPTH_REQUEST, 16),
            ]
            for i in settings.indices {
                let (request, value) = settings[i]
                try OpusError.check(unsafe copus_encoder_set(state, request, value))
            }
        } catch {
            unsafe opus_encoder_destroy(state)
            throw error
        }
        frameSize = bitrate / 800
        // Last: once `self` is whole, only deinit may free the state.
        unsafe self.state = state
    }

    deinit { unsafe opus_encoder_destroy(state) }

    /// Encodes one frame and returns the number of bytes written, always `frameSize`.
    ///
    /// - Precondition: `packet` has room for `frameSize` bytes.
    public mutating func encode(
        _ frame: borrowing Frame, into packet: inout MutableSpan<UInt8>
    ) -> Int {
        precondition(packet.count >= frameSize)
        let size = Int32(frameSize)
        let count = unsafe frame.span.withUnsafeBufferPointer { samples in
            unsafe packet.withUnsafeMutableBufferPointer { bytes in
                // SAFETY: both buffers outlive the call, and libopus is told their sizes.
                unsafe opus_encode(
                    state, samples.baseAddress!, Int32(samples.count), bytes.baseAddress!, size)
            }
        }
        // All arguments are ours and constant: a refusal can only be our own bug.
        precondition(count > 0)
        return Int(count)
    }

    /// Forgets all sound so far; to be called before the first frame of a talkspurt, because the
    /// receiver's decoder begins each talkspurt anew too.
    public mutating func reset() { _ = unsafe copus_encoder_reset(state) }
}
