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
}

extension WAVFormat {
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

    /// Reads bytes, the lowest first, into the upper bytes of a word.
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

    /// The header of a file with this many samples of 48 kHz, mono, 16 bit.
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

/// Reads a WAV file as its bytes come, in parts of any length; the result is one channel.
///
/// Pure and total: for any bytes it returns samples or an error. Two channels are mixed to one.
/// Chunks without relevance to the sound are skipped.
public struct WAVReader: Sendable {
    private enum State {
        /// RIFF, a size that many programs get wrong, WAVE.
        case header
        /// A chunk's name and size.
        case chunk
        case format(size: Int)
        case skipping(UInt64)
        case sound
        case done
    }

    /// Formats have 16 to 40 bytes; the rest of the chunk is ignored.
    private static let formatMax = 128
    /// A length from here on means "unknown": espeak-ng writes 0x7FFFF000, other programs
    /// 0x80000000, sox 0x7FFFFFFF less the header, ffmpeg 0xFFFFFFFF.
    private static let unknownLength: UInt64 = 1 << 30

    /// The form of the samples, once it was read.
    public private(set) var format: WAVFormat?
    /// Bytes of sound that the file announces; nil before the sound begins, or without such a
    /// length.
    private var soundBytes: UInt64?
    private var state = State.header
    private var waiting: [UInt8] = []
    private var left: UInt64 = .max
    private var frames: UInt64 = 0

    public init() {}

    /// Takes more bytes, and passes the samples in them to `take`, full scale being 1.
    public mutating func add(
        _ bytes: Span<UInt8>, _ take: (Float) -> Void
    ) throws(WAVProblem) {
        for place in bytes.indices {
            switch state {
            case .done: return
            case .skipping(let rest):
                state = rest > 1 ? .skipping(rest - 1) : .chunk
            case .sound:
                waiting.append(bytes[place])
                left -= 1
                if waiting.count == format!.frameSize { give(take) }
                if left == 0 { state = .done }
            case .header, .chunk, .format:
                waiting.append(bytes[place])
                try step()
            }
        }
    }

    /// The file has ended.
    public func finish() throws(WAVProblem) {
        switch state {
        case .done: if frames == 0 { throw .empty }
        // If the length was unknown when the file was written, all its sound counts.
        case .sound where soundBytes == nil: if frames == 0 { throw .empty }
        case .sound: throw .truncated
        case .header: throw .notWAV
        case .chunk where format != nil: throw .empty
        case .chunk, .format, .skipping: throw .truncated
        }
    }

    private mutating func step() throws(WAVProblem) {
        switch state {
        case .header:
            guard waiting.count == 12 else { return }
            let isKnown = isName("RIFF", at: 0) || isName("RF64", at: 0)
            guard isKnown, isName("WAVE", at: 8) else { throw .notWAV }
            state = .chunk
        case .chunk:
            guard waiting.count == 8 else { return }
            try beginChunk()
        case .format(let size):
            guard waiting.count == min(size, Self.formatMax) else { return }
            guard format == nil else { throw .malformed }
            format = try WAVFormat(parsing: waiting.span)
            let rest = size + size % 2 - waiting.count
            state = rest > 0 ? .skipping(UInt64(rest)) : .chunk
        case .skipping, .sound, .done: return
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func beginChunk() throws(WAVProblem) {
        var size: UInt64 = 0
        for place in 0..<4 { size |= UInt64(waiting[4 + place]) << UInt64(8 * place) }
        if isName("fmt ", at: 0) {
            guard size >= 16 else { throw .malformed }
            state = .format(size: Int(size))
        } else if isName("data", at: 0) {
            guard let format else { throw .malformed }
            // A program that writes to a pipe does not know the length: it writes 0, or a large
            // number.
            if size < Self.unknownLength, size > 0 {
                let whole = size - size % UInt64(format.frameSize)
                guard whole > 0 else { throw .empty }
                soundBytes = whole
                left = whole
            }
            state = .sound
        } else {
            // A chunk of odd length is followed by a padding byte.
            let rest = size + size % 2
            state = rest > 0 ? .skipping(rest) : .chunk
        }
    }

    private func isName(_ name: String, at place: Int) -> Bool {
        let bytes = Array(name.utf8)
        for index in 0..<4 where waiting[place + index] != bytes[index] { return false }
        return true
    }

    private mutating func give(_ take: (Float) -> Void) {
        let format = format!
        var sum: Float = 0
        for channel in 0..<format.channels {
            sum += format.sample(waiting.span, at: channel * format.sampleSize)
        }
        take(sum / Float(format.channels))
        frames += 1
        waiting.removeAll(keepingCapacity: true)
    }
}
