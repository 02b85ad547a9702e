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

/// Converts samples between our form, 16 bits and one channel, and the card's.
///
/// Real-time: one pass, no allocation. Our 16 bits are the card's top ones, so a card of 24 or 32
/// bits loses its lowest bits on capture and gets zeros on playback.
extension PCMParameters {
    /// Whether the card has samples in our form, as most can.
    private var isOurs: Bool { format == .s16 && channels == 1 && 1.littleEndian == 1 }

    // Where the top two bytes of a sample lie.
    private var topOffset: Int { format == .s24 ? 1 : format.size - 2 }

    /// Fills part of `samples` from `card`, mixing two channels.
    func unpack(
        _ card: UnsafeRawPointer, into samples: inout MutableSpan<Int16>, at part: Range<Int>,
        _ mix: inout ChannelMix
    ) {
        if isOurs {
            var target = samples._mutatingExtracting(part)
            return unsafe target.withUnsafeMutableBytes { bytes in
                // SAFETY: the caller has `part.count` frames of two bytes at `card`.
                unsafe bytes.copyMemory(
                    from: UnsafeRawBufferPointer(start: card, count: bytes.count))
            }
        }
        let step = bytesPerFrame
        // SAFETY (all of these): the caller has `part.count` frames at `card`, and both bytes of
        // each load lie inside a frame.
        var left = unsafe card + topOffset
        for index in part {
            let sample = unsafe left.loadUnaligned(as: Int16.self)
            if channels == 1 {
                samples[index] = Int16(littleEndian: sample)
            } else {
                let other = unsafe (left + format.size).loadUnaligned(as: Int16.self)
                samples[index] = mix.one(
                    of: Int16(littleEndian: sample), Int16(littleEndian: other))
            }
            unsafe left += step
        }
        if channels == 2 { mix.weigh() }
    }

    /// Writes `samples` at `card`, to all channels alike.
    func pack(_ samples: Span<Int16>, into card: UnsafeMutableRawPointer) {
        if isOurs {
            return unsafe samples.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                // SAFETY: the caller has room for `samples.count` frames of two bytes at `card`.
                unsafe card.copyMemory(from: start, byteCount: bytes.count)
            }
        }
        // SAFETY (all of these): the caller has room for `samples.count` frames at `card`, and each
        // store lies inside one sample of one channel.
        var place = unsafe card
        for index in samples.indices {
            for _ in 0..<channels {
                let sample = samples[index]
                switch format {
                case .s16:
                    unsafe place.storeBytes(of: sample.littleEndian, as: Int16.self)
                case .s24:
                    unsafe place.storeBytes(of: (Int32(sample) << 8).littleEndian, as: Int32.self)
                case .s24Packed:
                    unsafe place.storeBytes(of: 0, as: UInt8.self)
                    unsafe (place + 1).storeBytes(of: sample.littleEndian, as: Int16.self)
                case .s32:
                    unsafe place.storeBytes(of: (Int32(sample) << 16).littleEndian, as: Int32.self)
                }
                unsafe place += format.size
            }
        }
    }
}

/// Whether a microphone and a loudspeaker run on one clock, so that echo can be cancelled.
///
/// This module judges by names and routes. A measurement of the samples (`ClockDrift`) takes
/// precedence, because a card may still have two clocks.
public struct PCMClock: Equatable, Sendable {
    /// Why there are two clocks, as the end of a sentence; nil for one clock.
    public let reason: String?

    /// Whether names and routes leave the question open; the samples may answer it.
    public let isGuess: Bool

    public var isOneClock: Bool { reason == nil }

    public init(reason: String?) {
        self.reason = reason
        isGuess = false
    }

    /// One direction, open.
    public struct Side {
        /// The name, with the card chosen for `auto`.
        public let name: String
        public let route: PCMRoute

        public init(name: String, route: PCMRoute) {
            self.name = name
            self.route = route
        }
    }

    public init(capture: Side, playback: Side) {
        for side in [capture, playback] {
            if let server = side.route.detours.first(where: { $0.hidesClock }) {
                reason = "\(side.name) goes through \(server.name), whose clock is not the card's"
                isGuess = true
                return
            }
        }
        isGuess = capture.route.card == nil && playback.route.card == nil
        switch (capture.route.card, playback.route.card) {
        case (let one?, let other?) where one == other: reason = nil
        case (nil, nil) where capture.name == playback.name: reason = nil
        case (nil, nil): reason = "\(capture.name) and \(playback.name) may be two cards"
        default: reason = "\(capture.name) and \(playback.name) are two cards"
        }
    }

    /// The samples' evidence on two clocks.
    public enum Comparison: Equatable, Sendable {
        /// The speaker's clock is faster by so many millionths.
        case apart(Double)
        /// Closer than a canceller would notice.
        case together
        /// Not measured well enough.
        case unknown
    }

    /// Compares the measured rates of both directions, in millionths with their uncertainties.
    public static func compared(
        capturePPM: Double, uncertain capture: Double, playbackPPM: Double,
        uncertain playback: Double
    ) -> Comparison {
        let apart = playbackPPM - capturePPM
        let uncertain = capture + playback
        if abs(apart) > max(limitPPM, uncertain) { return .apart(apart) }
        return abs(apart) + uncertain <= limitPPM ? .together : .unknown
    }

    /// Below this an echo moves by less than a sample in some seconds, which a canceller follows.
    private static let limitPPM = 3.0
}
