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
    /// 1 or 2 in the card; programs always see one.
    ///
    /// Capture mixes two (`ChannelMix`), and playback writes the same to both.
    public let channels: Int
    public let format: PCMFormat
    /// Samples between two interrupts.
    public let periodSamples: Int
    /// The size of the card's buffer, in samples.
    public let bufferSamples: Int
    /// Samples kept queued for playback, at most `bufferSamples`; 0 for capture.
    ///
    /// If the card has room to spare, it accepts a block a little early.
    public let fillSamples: Int
}

extension PCMParameters {
    /// The parameters that a program asks for; the card may grant something near.
    public struct Wanted: Sendable, Equatable {
        /// Samples moved at once: the card interrupts after each period.
        public var periodSamples: Int
        /// Periods kept queued in playback: they are its delay.
        ///
        /// Capture uses a larger buffer, which adds no delay.
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
/// Real-time: one pass, no allocation. Our 16 bits are the top bits of the card's, so a card of 24
/// or 32 bits loses its lowest bits on capture and gets zeros on playback.
extension PCMParameters {
    /// Bytes of one sample on all channels.
    var bytesPerFrame: Int { format.size * channels }

    /// Whether the card has samples in our form, as most cards can.
    private var isOurs: Bool { format == .s16 && channels == 1 && 1.littleEndian == 1 }

    // The offset of the top two bytes of a sample.
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

/// Makes one channel from the two of a microphone's card.
///
/// The result is the average of both, except where one alone is louder: where the microphone is on
/// one channel only, and where the two cancel each other, as with swapped wires. Real-time.
struct ChannelMix {
    /// The share of the left channel now, and the share that it moves to, in units of `whole`.
    private var share = whole / 2
    private var target = whole / 2
    /// The greatest recent energy of each channel and of the mean of both, in steps squared.
    private var (left, right, mean): (Float, Float, Float) = (0, 0, 0)
    /// Sums over the samples since the last `weigh`.
    private var count = 0
    private var (lefts, rights): (Int, Int) = (0, 0)
    private var (leftSquares, rightSquares, products): (Int, Int, Int) = (0, 0, 0)

    private static let whole: Int32 = 1 << 15
    /// From half to whole in 10.7 ms, too slow for a click.
    private static let step: Int32 = 32
    /// Energies decay over 5 s, which is longer than a pause in speech.
    private static let memory: Float = 240_000
    /// 20 dB: a channel that is this far below the other has no microphone.
    private static let unused: Float = 1 / 100
    /// 12 dB: an average that is this far below its channels cancels them.
    private static let cancelled: Float = 1 / 16

    mutating func one(of left: Int16, _ right: Int16) -> Int16 {
        if share != target { share += max(-Self.step, min(Self.step, target - share)) }
        let (one, other) = (Int(left), Int(right))
        count += 1
        lefts &+= one
        rights &+= other
        leftSquares &+= one &* one
        rightSquares &+= other &* other
        products &+= one &* other
        let sum = Int32(left) * share + Int32(right) * (Self.whole - share)
        return Int16(truncatingIfNeeded: sum >> 15)
    }

    /// Chooses the shares of the next samples by the samples since the last call.
    mutating func weigh() {
        guard count > 0 else { return }
        let samples = Float(count)
        let kept = max(0, 1 - samples / Self.memory)
        // A constant offset is no sound.
        let (one, other) = (Float(lefts) / samples, Float(rights) / samples)
        let leftNow = max(0, Float(leftSquares) / samples - one * one)
        let rightNow = max(0, Float(rightSquares) / samples - other * other)
        let both = 2 * (Float(products) / samples - one * other)
        (count, lefts, rights) = (0, 0, 0)
        (leftSquares, rightSquares, products) = (0, 0, 0)
        left = max(leftNow, left * kept)
        right = max(rightNow, right * kept)
        mean = max((leftNow + rightNow + both) / 4, mean * kept)
        // Less than a step of the converter shows nothing.
        guard left + right >= 1 else { return target = Self.whole / 2 }
        let (louder, softer) = (max(left, right), min(left, right))
        let isOneAlone =
            softer < louder * Self.unused || mean < (left + right) / 2 * Self.cancelled
        target = !isOneAlone ? Self.whole / 2 : left >= right ? Self.whole : 0
    }
}
