/// The one form in which sound travels inside a station: 48 kHz, mono, signed 16 bit.
///
/// The edge (`HAL`) converts whatever the card speaks to and from this form, once.
public enum PCM {
    /// Samples a second.
    public static let sampleRate = 48_000

    /// Samples in one frame: 10 ms.
    public static let frameSamples = 480

    /// Samples in one millisecond.
    static let samplesPerMs: Int64 = 48
}

/// One frame of sound: 10 ms of 48 kHz mono.
public typealias Frame = InlineArray<480, Int16>
