internal import Time

/// The one form of sound inside a station: 48 kHz, mono, signed 16 bit.
///
/// `HAL` converts between this form and the card's.
public enum PCM {
    /// Samples per second.
    public static let sampleRate = 48_000

    /// Samples in a `Block`, the longest block that is mixed at once: 10 ms.
    public static let blockMax = 480

    /// All blocks and frames are multiples of these 2.5 ms, the shortest frame of Opus.
    public static let blockStep = 120

    /// The longest frame of Opus that a packet carries, in bytes.
    public static let payloadMax = 400

    /// Samples in one millisecond.
    static let samplesPerMs: Int64 = 48

    /// The samples in a stretch of time, rounded towards zero.
    public static func samples(in time: Duration) -> Int64 {
        samples(nanoseconds: time.nanoseconds)
    }

    /// The samples in so many nanoseconds, rounded towards zero; 3 samples last 62,500 ns.
    public static func samples(nanoseconds: Int64) -> Int64 { nanoseconds * 3 / 62_500 }

    /// How long a number of samples lasts.
    public static func duration(of samples: Int64) -> Duration {
        .nanoseconds(nanoseconds(of: samples))
    }

    /// How many nanoseconds a number of samples lasts, rounded towards zero.
    public static func nanoseconds(of samples: Int64) -> Int64 { samples * 62_500 / 3 }
}

/// Room for one block of any profile: 10 ms of 48 kHz mono.
public typealias Block = InlineArray<480, Int16>
