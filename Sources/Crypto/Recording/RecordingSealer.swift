/// The numbers of a chunk of a recording that both ends share (recordings.md §1).
enum RecordingSeal {
    /// The bytes of a chunk's head: the ciphertext's length, and the mark of the last chunk.
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

/// The reading half of a recording: takes the bytes of a file in order, and returns whole chunks
/// and faults.
///
/// Without a key it checks the frame alone: header, lengths of chunks, the mark of the last one. It
/// takes any bytes. A chunk in the wrong place is searched for among the indices near by.
public struct RecordingReader: ~Copyable {
    /// The result of `take`.
    public enum Step: Equatable, Sendable {
        /// Nothing to report yet.
        case more
        /// `header` is there; `unlock` may follow.
        case header
        /// A whole chunk; with a key `entries` has its contents, otherwise only its frame is known.
        /// If the two numbers differ, the chunk stands in the place of another one.
        case chunk(UInt32, inPlaceOf: UInt32)
        case fault(RecordingFault)
        /// The file is over.
        case end
    }

    private enum Part {
        case fixed, recipients, head
        case body(isLast: Bool)
        case tail(Int)
        case over
    }

    /// How many bytes `take` wants next: at most `wantedMax`; 0 after the end or a fault that
    /// nothing can follow.
    public private(set) var wanted = RecordingHeader.fixedSize
    public static let wantedMax = RecordingSeal.sealedSizes.upperBound
    public private(set) var header: RecordingHeader?
    private var part = Part.fixed
    private var digest = Digest(repeating: 0)
    private var cipher: AEAD?
    private var start: [UInt8] = []
    private var plaintext = [UInt8](repeating: 0, count: RecordingReader.wantedMax)
    /// The index of the next chunk.
    private var expected: UInt32 = 0
    private var hasLast = false
    /// Whether a chunk has stood in another's place: then others may follow the last one.
    private var isMixed = false
    private var entryCount = 0
    /// How far from its place a chunk is searched for (21 minutes of sound), and how many more
    /// trials this file may cause: the reading of a malicious file must end, too.
    private static let reach: UInt32 = 256
    private var trials = 16_384

    public init() {}

    /// The contents of the newest chunk, after `unlock`.
    public var entries: Span<UInt8> {
        @_lifetime(borrow self)
        get { plaintext.span.extracting(first: entryCount) }
    }

    /// Lets the chunks be opened, after the step `header`.
    public mutating func unlock(with key: borrowing RecordingKey) throws(RecordingFault) {
        guard let header else { throw .headerCut }
        cipher = AEAD(suite: header.suite, key: try header.fileKey(for: key))
    }

    /// Takes the next `wanted` bytes; fewer only where the file ends.
    public mutating func take(_ bytes: Span<UInt8>) -> Step {
        precondition(bytes.count <= wanted)
        let isCut = bytes.count < wanted
        switch part {
        case .fixed:
            do throws(RecordingFault) {
                wanted = try RecordingHeader.size(of: bytes) - bytes.count
            } catch { return end(.fault(error)) }
            (part, start) = (.recipients, bytes.indices.map { bytes[$0] })
            return .more
        case .recipients:
            guard !isCut else { return end(.fault(.headerCut)) }
            let whole = RecordingHeader(start + bytes.indices.map { bytes[$0] })
            (header, digest) = (whole, whole.digest)
            (part, wanted) = (.head, RecordingSeal.headSize)
            return .header
        case .head:
            if bytes.isEmpty, hasLast { return end(.end) }
            guard !isCut else { return end(.fault(.truncated(chunk: expected))) }
            let word = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[$1]) }
            let size = Int(word & ~RecordingSeal.last)
            guard RecordingSeal.sealedSizes.contains(size) else {
                return end(.fault(.unframed(chunk: expected)))
            }
            (part, wanted) = (.body(isLast: word & RecordingSeal.last != 0), size)
            return .more
        case .body(let isLast):
            guard !isCut else { return end(.fault(.truncated(chunk: expected))) }
            return takeChunk(bytes, isLast)
        case .tail(let count):
            let count = count + bytes.count
            part = .tail(count)
            guard isCut else { return .more }
            return end(count == 0 ? .end : .fault(.trailing(bytes: count)))
        case .over: return .end
        }
    }

    private mutating func end(_ step: Step) -> Step {
        (part, wanted) = (.over, 0)
        return step
    }

    private mutating func takeChunk(_ sealed: Span<UInt8>, _ isLast: Bool) -> Step {
        let place = expected
        let found = cipher == nil ? place : find(sealed, isLast)
        (hasLast, isMixed) = (hasLast || isLast, isMixed || found ?? place != place)
        expected = (found ?? place) &+ 1
        entryCount = cipher == nil || found == nil ? 0 : sealed.count - AEAD.tagSize
        // More may follow a last chunk that is damaged or has been moved.
        let isEnd = isLast && found != nil && !isMixed
        (part, wanted) = isEnd ? (.tail(0), 4_096) : (.head, RecordingSeal.headSize)
        guard let found else { return .fault(.damaged(chunk: place)) }
        return .chunk(found, inPlaceOf: place)
    }

    /// The index under which a chunk opens: the expected one, or one near it.
    private mutating func find(_ sealed: Span<UInt8>, _ isLast: Bool) -> UInt32? {
        if open(sealed, expected, isLast) { return expected }
        for distance in 1...Self.reach where trials > 0 {
            trials -= 1
            let (later, earlier) = (expected &+ distance, expected &- distance)
            if open(sealed, later, isLast) { return later }
            if expected >= distance, open(sealed, earlier, isLast) { return earlier }
        }
        return nil
    }

    private mutating func open(_ sealed: Span<UInt8>, _ index: UInt32, _ isLast: Bool) -> Bool {
        guard let header, cipher != nil else { return false }
        let nonce = RecordingSeal.nonce(header.bytes.span, index: index, isLast: isLast)
        // The buffer is taken out of `self` while it is written.
        var room: [UInt8] = []
        swap(&room, &plaintext)
        defer { swap(&room, &plaintext) }
        var opened = room.mutableSpan
        let digest = digest
        return cipher!.open(nonce: nonce, ad: digest.span, sealed: sealed, into: &opened)
    }
}
