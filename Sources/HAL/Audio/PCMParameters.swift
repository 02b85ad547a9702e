/// The form of a sample in the card's memory; always little endian.
public enum PCMFormat: Sendable, Equatable {
    /// Two bytes.
    case s16
    /// The low three of four bytes.
    case s24
    /// Three bytes without padding.
    case s24Packed
    /// Four bytes.
    case s32

    /// Bytes from one sample to the next.
    public var size: Int {
        switch self {
        case .s16: 2
        case .s24Packed: 3
        case .s24, .s32: 4
        }
    }

    /// The name in alsa-lib and its tools.
    public var name: String {
        switch self {
        case .s16: "S16_LE"
        case .s24: "S24_LE"
        case .s24Packed: "S24_3LE"
        case .s32: "S32_LE"
        }
    }
}

/// The hardware parameters that a card has granted.
public struct PCMParameters: Sendable, Equatable {
    /// Always 48,000 per second; other cards are refused.
    public let rate: Int
    /// 1 or 2 in the card; programs see one.
    ///
    /// Two are mixed on capture (`ChannelMix`), and both play the same.
    public let channels: Int
    public let format: PCMFormat
    /// Samples between two interrupts.
    public let periodSamples: Int
    /// The size of the card's buffer, in samples.
    public let bufferSamples: Int
    /// Playback only (0 for capture): samples kept queued, at most `bufferSamples`.
    ///
    /// Where the card has room to spare, a block is accepted a little early.
    public let fillSamples: Int
}

extension PCMParameters {
    /// The parameters that a program asks for; the card may grant something near.
    public struct Wanted: Sendable, Equatable {
        /// Samples moved at once: the card interrupts after each period.
        public var periodSamples: Int
        /// Periods kept queued in playback: they are the delay it adds.
        ///
        /// Capture adds no delay by its buffer, and uses a larger one.
        public var periods: Int

        public init(periodSamples: Int = 480, periods: Int = 2) {
            precondition(periodSamples > 0 && periods >= 2)
            self.periodSamples = periodSamples
            self.periods = periods
        }
    }
}
