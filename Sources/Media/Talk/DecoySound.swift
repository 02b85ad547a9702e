internal import Audio
internal import Realtime

/// The newest sound that was encoded: it is encoded again, for nothing, where cover follows a talk.
///
/// A packet of sound leaves after its frame has been encoded. If nothing were encoded before a
/// packet of cover, that packet would leave earlier by as much, and show to an observer of times
/// that the talk is over. Nothing that the microphone hears after the talk is used.
struct DecoySound: ~Copyable {
    /// 80 ms, whole frames of any length: different sounds, which take different times.
    private static let samplesMax = 80 * 48

    private var samples = FixedArray(count: samplesMax) { _ in Int16(0) }
    /// Where the next frame is kept, and where the next decoy begins.
    private var end = 0
    private var place = 0
    /// What comes out of the encoder, and goes nowhere.
    private var waste = FixedArray(count: PCM.payloadMax) { _ in UInt8(0) }

    /// Keeps a frame that was encoded.
    mutating func keep(_ frame: Span<Int16>) {
        if end + frame.count > samples.count { end = 0 }
        for index in frame.indices { samples[end + index] = frame[index] }
        end += frame.count
    }

    /// Encodes one of the frames kept.
    mutating func encode(by encoder: inout OpusEncoder) {
        let count = encoder.frameSamples
        if place + count > samples.count { place = 0 }
        Self.encode(samples, place..<place + count, by: &encoder, into: &waste)
        place += count
    }

    private static func encode(
        _ samples: borrowing FixedArray<Int16>, _ range: Range<Int>,
        by encoder: inout OpusEncoder, into waste: inout FixedArray<UInt8>
    ) {
        var room = waste.mutableSpan(0..<encoder.frameSize)
        _ = encoder.encode(samples.span(range), into: &room)
    }
}
