internal import COpus

/// Turns frames of sound into Opus packets of constant size (RFC 6716).
///
/// Packet sizes must reveal nothing about the words. SILK meets a size exactly only by encoding
/// each frame several times, so it aims lower (`Profile.Settings.fill`), may never exceed the
/// packet, and Opus's own padding (RFC 6716 §3.2.5), which every decoder skips, fills the rest.
/// CELT fills the packet exactly at no cost. No in-band FEC: at 10 ms frames it costs a whole point
/// of quality, and shorter ones have none. No DTX: silence must look like speech. Real-time after
/// `init`.
@safe public struct OpusEncoder: ~Copyable {
    private let state: OpaquePointer

    /// Bytes in every packet.
    public private(set) var frameSize: Int

    /// Samples in every frame.
    public let frameSamples: Int

    private let profile: Profile.Settings

    /// Makes an encoder for a profile.
    ///
    /// - Parameters:
    ///   - profile: The frames, mode and settings.
    ///   - bitrate: Bits per second, 6,000 to 256,000 and at most 400 bytes a frame; nil for the
    ///     profile's rate.
    ///   - complexity: 0 (least work) to 10 (best sound); nil for the profile's.
    /// - Throws: `OpusError` when a setting is out of range or there is no memory.
    public init(
        _ profile: Profile = .voice, bitrate: Int? = nil, complexity: Int? = nil
    ) throws(OpusError) {
        let profile = profile.settings
        let bitrate = bitrate ?? profile.bitrate
        let complexity = complexity ?? profile.complexity
        let size = profile.frameSize(bitrate: bitrate)
        guard (6_000...256_000).contains(bitrate), (0...10).contains(complexity),
            (2...PCM.payloadMax).contains(size)
        else { throw OpusError(status: OPUS_BAD_ARG) }
        var status = OPUS_OK
        let application =
            profile.mode == .lowDelay
            ? OPUS_APPLICATION_RESTRICTED_LOWDELAY : OPUS_APPLICATION_VOIP
        guard
            let state = unsafe opus_encoder_create(
                Int32(PCM.sampleRate), 1, application, &status)
        else { throw OpusError(status: status) }

        do throws(OpusError) {
            let settings: [10 of (request: Int32, value: Int32)] = [
                (OPUS_SET_BITRATE_REQUEST, Int32(profile.aim(bitrate: bitrate))),
                (OPUS_SET_VBR_REQUEST, profile.aim(bitrate: bitrate) < bitrate ? 1 : 0),
                (OPUS_SET_VBR_CONSTRAINT_REQUEST, 0),
                (OPUS_SET_INBAND_FEC_REQUEST, 0),
                (OPUS_SET_DTX_REQUEST, 0),
                (OPUS_SET_COMPLEXITY_REQUEST, Int32(complexity)),
                (OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE),
                (OPUS_SET_PACKET_LOSS_PERC_REQUEST, 0),
                (OPUS_SET_LSB_DEPTH_REQUEST, 16),
                (
                    OPUS_SET_MAX_BANDWIDTH_REQUEST,
                    profile.mode == .widebandSpeech
                        ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND
                ),
            ]
            for i in settings.indices {
                let (request, value) = settings[i]
                try OpusError.check(unsafe copus_encoder_set(state, request, value))
            }
        } catch {
            unsafe opus_encoder_destroy(state)
            throw error
        }
        frameSize = size
        frameSamples = profile.frameSamples
        self.profile = profile
        // Last: once `self` is whole, only deinit may free the state.
        unsafe self.state = state
    }

    deinit { unsafe opus_encoder_destroy(state) }

    /// Encodes one frame and returns the number of bytes written, always `frameSize`.
    ///
    /// - Precondition: `frame` has `frameSamples` samples, `packet` room for `frameSize` bytes.
    public mutating func encode(
        _ frame: Span<Int16>, into packet: inout MutableSpan<UInt8>
    ) -> Int {
        precondition(frame.count == frameSamples && packet.count >= frameSize)
        let size = Int32(frameSize)
        let count = unsafe frame.withUnsafeBufferPointer { samples in
            unsafe packet.withUnsafeMutableBufferPointer { bytes in
                // SAFETY: both buffers outlive the call, and libopus gets their sizes.
                unsafe opus_encode(
                    state, samples.baseAddress!, Int32(samples.count), bytes.baseAddress!, size)
            }
        }
        // All arguments are ours and constant: a refusal can only be our own bug.
        precondition(count > 0 && count <= size)
        if count < size { pad(&packet, from: count, to: size) }
        return frameSize
    }

    /// Makes a packet longer without a change to its sound.
    private func pad(_ packet: inout MutableSpan<UInt8>, from count: Int32, to size: Int32) {
        let status = unsafe packet.withUnsafeMutableBufferPointer { bytes in
            // SAFETY: the buffer holds `size` bytes, of which libopus has just written `count`.
            unsafe opus_packet_pad(bytes.baseAddress!, count, size)
        }
        precondition(status == OPUS_OK)
    }

    /// Continues with packets of another size, 2 to 400 bytes; the sound has no seam.
    public mutating func change(frameSize: Int) {
        precondition((2...PCM.payloadMax).contains(frameSize))
        let bitrate = frameSize * 8 * PCM.sampleRate / frameSamples
        let aim = profile.aim(bitrate: bitrate)
        let statuses = (
            unsafe copus_encoder_set(state, OPUS_SET_BITRATE_REQUEST, Int32(aim)),
            unsafe copus_encoder_set(state, OPUS_SET_VBR_REQUEST, aim < bitrate ? 1 : 0)
        )
        // libopus accepts all values of that range.
        precondition(statuses == (OPUS_OK, OPUS_OK))
        self.frameSize = frameSize
    }

    /// Sets the complexity: 0 (least work) to 10 (best sound).
    public mutating func change(complexity: Int) {
        precondition((0...10).contains(complexity))
        let status = unsafe copus_encoder_set(
            state, OPUS_SET_COMPLEXITY_REQUEST, Int32(complexity))
        precondition(status == OPUS_OK)
    }

    /// Forgets all sound so far; call it before the first frame of a talkspurt, where the
    /// receiver's decoder starts anew too.
    public mutating func reset() { _ = unsafe copus_encoder_reset(state) }
}

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

    /// The decoder complexity from which libopus 1.5 conceals with its neural network, and a
    /// complexity without.
    private static let neural: Int32 = 5
    private static let plain: Int32 = 0

    /// Whether the neural network of libopus conceals missing packets; without effect if libopus
    /// has none, as before 1.5.
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
                // SAFETY: both buffers outlive the call, and libopus gets their sizes.
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
    ///   - samples: The number of samples: a multiple of 120 (2.5 ms), at most 5760 (120 ms).
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
        // SAFETY: the decoder lives; the request is answered or refused, and writes no other
        // memory.
        _ = unsafe copus_decoder_set(
            state, OPUS_SET_COMPLEXITY_REQUEST, concealsNeurally ? Self.neural : Self.plain)
    }

    /// How many samples at 48 kHz a packet holds; nil for an invalid Opus packet (RFC 6716 §3.4).
    public static func sampleCount(of packet: Span<UInt8>) -> Int? {
        guard !packet.isEmpty, packet.count <= 1275 * 3 else { return nil }
        let count = unsafe packet.withUnsafeBufferPointer { bytes in
            // SAFETY: libopus gets the size; it reads the first two bytes at most.
            unsafe opus_packet_get_nb_samples(
                bytes.baseAddress!, Int32(bytes.count), Int32(PCM.sampleRate))
        }
        return count > 0 ? Int(count) : nil
    }
}

/// Why libopus refused to be set up.
public struct OpusError: Error, Equatable {
    /// The library's own number (`OPUS_BAD_ARG` …, negative).
    public let status: Int32

    static func check(_ status: Int32) throws(OpusError) {
        if status < 0 { throw OpusError(status: status) }
    }
}

extension OpusError: CustomStringConvertible {
    public var description: String {
        let reason =
            switch status {
            case OPUS_BAD_ARG: "a setting is out of range"
            case OPUS_ALLOC_FAIL: "out of memory"
            case OPUS_UNIMPLEMENTED: "this libopus lacks a feature intercomd needs"
            default: "libopus error \(status)"
            }
        return "Opus codec: \(reason); check the installed libopus"
    }
}
