/// The form of the samples in a WAV file.
public struct WAVFormat: Equatable, Sendable {
    public enum Encoding: Equatable, Sendable {
        case unsigned8, signed16, signed24, signed32, float32
    }

    public let rate: Int
    public let channels: Int
    public let encoding: Encoding

    /// Bytes of one sample of one channel.
    public var sampleSize: Int {
        switch encoding {
        case .unsigned8: 1
        case .signed16: 2
        case .signed24: 3
        case .signed32, .float32: 4
        }
    }

    /// Bytes of one sample on all channels.
    public var frameSize: Int { sampleSize * channels }

    init(rate: Int, channels: Int, encoding: Encoding) {
        self.rate = rate
        self.channels = channels
        self.encoding = encoding
    }

    /// The last 14 bytes of every format that WAVE_FORMAT_EXTENSIBLE names by the old numbers.
    private static let family: [14 of UInt8] = [
        0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
    ]

    /// Reads a `fmt ` chunk.
    init(parsing chunk: Span<UInt8>) throws(WAVProblem) {
        guard chunk.count >= 16 else { throw .malformed }
        var tag = Self.word(chunk, 0)
        if tag == 0xFFFE {
            guard chunk.count >= 40 else { throw .malformed }
            tag = Self.word(chunk, 24)
            for place in 0..<14 where chunk[26 + place] != Self.family[place] {
                throw .compressed(tag)
            }
        }
        let channels = Self.word(chunk, 2)
        let rate = Self.word(chunk, 4) | Self.word(chunk, 6) << 16
        let bits = Self.word(chunk, 14)
        let encoding: Encoding
        switch (tag, bits) {
        case (1, 8): encoding = .unsigned8
        case (1, 16): encoding = .signed16
        case (1, 24): encoding = .signed24
        case (1, 32): encoding = .signed32
        case (3, 32): encoding = .float32
        case (1, _), (3, _): throw .bits(bits)
        default: throw .compressed(tag)
        }
        guard (1...2).contains(channels) else { throw .channels(channels) }
        guard Resampler.rates.contains(rate) else { throw .rate(rate) }
        self.init(rate: rate, channels: channels, encoding: encoding)
        guard Self.word(chunk, 12) == frameSize else { throw .malformed }
    }

    private static func word(_ chunk: Span<UInt8>, _ place: Int) -> Int {
        Int(chunk[place]) | Int(chunk[place + 1]) << 8
    }

    /// Bytes as the upper ones of a word, the lowest first.
    private static func raised(_ bytes: Span<UInt8>, _ place: Int, _ count: Int) -> UInt32 {
        var word: UInt32 = 0
        for index in 0..<count { word |= UInt32(bytes[place + index]) << UInt32(8 * index) }
        return word << UInt32(8 * (4 - count))
    }

    /// One sample of one channel, full scale being 1; NaN counts as silence.
    func sample(_ bytes: Span<UInt8>, at place: Int) -> Float {
        if encoding == .unsigned8 { return Float(Int32(bytes[place]) - 128) / 128 }
        let word = Self.raised(bytes, place, sampleSize)
        guard encoding == .float32 else {
            return Float(Int32(bitPattern: word)) / 2_147_483_648
        }
        let value = Float(bitPattern: word)
        return value.isFinite ? max(-8, min(8, value)) : 0
    }
}

extension WAVFormat {
    /// The most samples that a file of `header(samples:)` has: 12 hours and 25 minutes.
    public static let samplesMax = (Int(UInt32.max) - 36) / 2

    /// The bytes before so many samples of 48 kHz, mono, 16 bit.
    public static func header(samples: Int) -> [UInt8] {
        precondition((0...samplesMax).contains(samples))
        func words(_ numbers: [Int]) -> [UInt8] {
            numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] }
        }
        func size(_ bytes: Int) -> [UInt8] { words([bytes & 0xFFFF, bytes >> 16]) }
        // PCM, one channel, samples and bytes in a second, bytes and bits of a sample.
        let format =
            words([1, 1]) + size(PCM.sampleRate) + size(2 * PCM.sampleRate) + words([2, 16])
        return Array("RIFF".utf8) + size(36 + 2 * samples) + Array("WAVEfmt ".utf8)
            + size(format.count) + format + Array("data".utf8) + size(2 * samples)
    }
}

/// Why a file cannot be played.
public enum WAVProblem: Error, Equatable, Sendable {
    case notWAV
    case malformed
    /// The samples are compressed, not plain numbers.
    case compressed(Int)
    case bits(Int)
    case channels(Int)
    case rate(Int)
    /// The file ends before its sound does, or has none.
    case truncated
    case empty

    /// The message about the file.
    public var text: String {
        switch self {
        case .notWAV: "is not a WAV file; make one: ffmpeg -i FILE -c:a pcm_s16le OTHER.wav"
        case .malformed: "is a WAV file whose header is damaged"
        case .compressed(let tag):
            "is a compressed WAV file (format \(tag)); make it PCM:"
                + " ffmpeg -i FILE -c:a pcm_s16le OTHER.wav"
        case .bits(let bits): "has samples of \(bits) bits; 8, 16, 24, 32 and float 32 are read"
        case .channels(let count): "has \(count) channels; one or two are read"
        case .rate(let rate): "has \(rate) samples a second; 4000 to 192000 are read"
        case .truncated: "is cut short: it ends before its sound does; write it again"
        case .empty: "has no sound in it"
        }
    }
}
