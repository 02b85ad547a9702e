/// The sound settings of a station: the one table of frame, block, card and codec.
///
/// It describes what this station sends and how it plays. The packets of a peer describe its own
/// frames: stations of different profiles hear each other.
public enum Profile: String, CaseIterable, Sendable {
    /// Talk over any network.
    case voice
    /// Less delay and more bits, for wired networks and good radio.
    case studio
    /// Fewer packets and less work, for weak processors and thin links.
    case lowpower
    /// The least delay there is, for wired rooms.
    case ultra

    /// The application that Opus is tuned for (RFC 6716 §2).
    public enum Mode: Equatable, Sendable {
        /// SILK and CELT, as suits speech.
        case speech
        /// The same, for sound up to 8 kHz.
        case widebandSpeech
        /// CELT alone, with 4 ms less look-ahead.
        case lowDelay
    }

    /// One row of the table.
    public struct Settings: Equatable, Sendable {
        /// Samples in one Opus packet: 120, 240, 480 or 960.
        public let frameSamples: Int
        /// Samples mixed and played at once: a multiple of 120, at most 480.
        public let blockSamples: Int
        /// Samples the card moves at once.
        public let periodSamples: Int
        /// Periods kept queued for the speaker.
        public let periods: Int
        public let mode: Mode
        /// 0 (least work) to 10 (best sound).
        public let complexity: Int
        /// Bits per second that packets have room for.
        public let bitrate: Int
        /// The bit rate while frames are repeated: each byte is sent more than once.
        public let bitrateRepeated: Int
        /// The codec's target in percent of a packet while SILK is at work; 100 fills it exactly.
        public let fill: Int
    }

    public var settings: Settings {
        switch self {
        case .voice:
            Settings(
                frameSamples: 480, blockSamples: 240, periodSamples: 240, periods: 3,
                mode: .speech, complexity: 7, bitrate: 47_000, bitrateRepeated: 40_000, fill: 80)
        case .studio:
            Settings(
                frameSamples: 240, blockSamples: 240, periodSamples: 240, periods: 2,
                mode: .lowDelay, complexity: 9, bitrate: 96_000, bitrateRepeated: 96_000, fill: 100)
        case .lowpower:
            Settings(
                frameSamples: 960, blockSamples: 480, periodSamples: 480, periods: 2,
                mode: .widebandSpeech, complexity: 5, bitrate: 29_000, bitrateRepeated: 29_000,
                fill: 80)
        case .ultra:
            Settings(
                frameSamples: 120, blockSamples: 120, periodSamples: 120, periods: 3,
                mode: .lowDelay, complexity: 5, bitrate: 188_000, bitrateRepeated: 128_000,
                fill: 100)
        }
    }
}

extension Profile.Settings {
    /// Bytes of a frame at a bit rate.
    public func frameSize(bitrate: Int) -> Int { bitrate * frameSamples / (8 * PCM.sampleRate) }

    /// The codec's bit rate for packets with room for `bitrate`.
    ///
    /// From 96,000 on, libopus uses CELT alone, which fills a packet at no cost.
    func aim(bitrate: Int) -> Int { bitrate < 96_000 ? bitrate * fill / 100 : bitrate }

    /// The duration of one frame.
    public var frameNanoseconds: Int64 { PCM.nanoseconds(of: Int64(frameSamples)) }
}
