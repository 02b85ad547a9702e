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

    /// Formats have 16 to 40 bytes; anything behind that is ignored.
    private static let formatMax = 128
    /// A length of so many bytes is none: espeak-ng writes 0x7FFFF000, others 0x80000000, sox
    /// 0x7FFFFFFF less the header, ffmpeg 0xFFFFFFFF.
    private static let unknownLength: UInt64 = 1 << 30

    /// The form of the samples, once it was read.
    public private(set) var format: WAVFormat?
    /// Bytes of sound that the file announces; nil before the sound begins, or where the file does
    /// not say.
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
            // Who writes to a pipe does not know the length: 0, or the largest number.
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
