/// The numbers of a chunk of a recording that both ends share (protocol.md §8).
enum RecordingSeal {
    /// The ciphertext's length, and whether it is the last chunk.
    static let headSize = 4
    static let last: UInt32 = 1 << 31
    static let plaintextMax = 65_535
    static let sealedSizes = AEAD.tagSize...plaintextMax + AEAD.tagSize

    /// prefix ‖ BE32(index) ‖ last; the prefix is bytes 16 to 22 of the header.
    static func nonce(_ header: Span<UInt8>, index: UInt32, isLast: Bool) -> AEAD.Nonce {
        AEAD.Nonce { place in
            switch place {
            case 0..<7: header[16 + place]
            case 7..<11: UInt8(truncatingIfNeeded: index >> UInt32(8 * (10 - place)))
            default: isLast ? 1 : 0
            }
        }
    }
}

/// The writing half of one recording: its header, then chunk after chunk, until the last.
///
/// The file key is made here, is sealed to the recipients, and is in no other place, so the writer
/// cannot read what it wrote. The index of the next chunk is part of the key, as the counter of a
/// `Sealer` is: it cannot be copied or set back. No heap call per chunk.
public struct RecordingSealer: ~Copyable {
    /// The most bytes of entries that a chunk has.
    public static let entriesMax = RecordingSeal.plaintextMax
    /// The bytes of a chunk besides its entries.
    public static let overhead = RecordingSeal.headSize + AEAD.tagSize

    /// The beginning of the file.
    public let header: RecordingHeader
    private let digest: Digest
    private var cipher: AEAD
    private var index: UInt32 = 0
    /// After the last chunk nothing can be sealed.
    public private(set) var isEnded = false

    /// Begins a recording for 1 to 16 recipients; the start is in ms since 1970, 0 if unknown.
    public init(suite: Suite, startMilliseconds: UInt64, to keys: [RecordingPublicKey]) {
        self.init(
            suite: suite, startMilliseconds: startMilliseconds, to: keys, random: Random.fill)
    }

    /// Calls `random` for the prefix (7 bytes), for the file key (32), then as the header does.
    init(
        suite: Suite, startMilliseconds: UInt64, to keys: [RecordingPublicKey],
        random: (inout MutableSpan<UInt8>) -> Void
    ) {
        var prefix = [UInt8](repeating: 0, count: 7)
        var span = prefix.mutableSpan
        random(&span)
        let fileKey = Key(filling: random)
        header = RecordingHeader(
            suite: suite, startMilliseconds: startMilliseconds, prefix: prefix, fileKey: fileKey,
            to: keys, random: random)
        digest = header.digest
        cipher = AEAD(suite: suite, key: fileKey)
    }

    /// Writes the whole chunk and returns its size; nil after the last one.
    ///
    /// Takes at most `entriesMax` bytes; `chunk` needs room for `overhead` more.
    public mutating func seal(
        _ entries: Span<UInt8>, isLast: Bool, into chunk: inout MutableSpan<UInt8>
    ) -> Int? {
        let size = entries.count + Self.overhead
        precondition(entries.count <= Self.entriesMax && chunk.count >= size)
        guard !isEnded else { return nil }
        // The index moves first: even if sealing fails, this nonce is never used again.
        let nonce = RecordingSeal.nonce(header.bytes.span, index: index, isLast: isLast)
        isEnded = isLast || index == .max
        index &+= 1
        let head = UInt32(size - RecordingSeal.headSize) | (isLast ? RecordingSeal.last : 0)
        for place in 0..<4 {
            chunk[place] = UInt8(truncatingIfNeeded: head >> UInt32(24 - 8 * place))
        }
        var body = chunk._mutatingExtracting(RecordingSeal.headSize..<size)
        cipher.seal(nonce: nonce, ad: digest.span, plaintext: entries, into: &body)
        return size
    }
}
