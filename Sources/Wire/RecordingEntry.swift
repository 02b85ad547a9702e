/// One entry in a chunk of a recording: a packet of sound, or the names of the talkers
/// (recordings.md §1).
///
/// ```
/// 0 4 ms since the start     4 1 source     5 2 length     7 Opus packet, or names as JSON
/// ```
public struct RecordingEntry: Equatable, Sendable {
    static let headerSize = 7
    /// The source of an entry of names: a JSON object from each source, as text, to its name.
    public static let names: UInt8 = 255

    /// The time of the sound, after the start of the recording.
    public let milliseconds: UInt32
    /// The talker.
    public let source: UInt8
    /// The place of the content in the chunk; the next entry follows.
    public let content: Range<Int>

    /// Reads the entry at `offset`; nil when no whole entry is there.
    public init?(parsing entries: Span<UInt8>, at offset: Int) {
        guard offset >= 0, entries.count - offset >= Self.headerSize else { return nil }
        let start = offset + Self.headerSize
        let size = Int(entries.uint16(at: offset + 5))
        guard entries.count - start >= size else { return nil }
        milliseconds = entries.uint32(at: offset)
        source = entries[offset + 4]
        content = start..<start + size
    }

    /// Appends an entry; its header and content must fit into one chunk.
    public static func append(
        _ content: Span<UInt8>, source: UInt8, at milliseconds: UInt32, to entries: inout [UInt8]
    ) {
        precondition(content.count <= RecordingChunk.sizeMax - headerSize)
        for shift in stride(from: 24, through: 0, by: -8) {
            entries.append(UInt8(truncatingIfNeeded: milliseconds >> UInt32(shift)))
        }
        entries.append(source)
        entries.append(UInt8(content.count >> 8))
        entries.append(UInt8(truncatingIfNeeded: content.count))
        for place in content.indices { entries.append(content[place]) }
    }
}

/// The entries of a chunk that is being filled.
public struct RecordingChunk: Sendable {
    /// The most bytes of entries, and the most time, in ms.
    public static let sizeMax = 65_535
    public static let spanMax: UInt32 = 5_000

    public private(set) var entries: [UInt8] = []
    private var first: UInt32?

    public init() { entries.reserveCapacity(Self.sizeMax) }

    /// Adds an entry; false when it belongs to the next chunk, and this one must be sealed first.
    public mutating func add(
        _ content: Span<UInt8>, source: UInt8, at milliseconds: UInt32
    ) -> Bool {
        precondition(content.count <= Self.sizeMax - RecordingEntry.headerSize)
        let size = RecordingEntry.headerSize + content.count
        let first = first ?? milliseconds
        guard entries.count + size <= Self.sizeMax,
            milliseconds < first || milliseconds - first < Self.spanMax
        else { return false }
        self.first = first
        RecordingEntry.append(content, source: source, at: milliseconds, to: &entries)
        return true
    }

    /// Begins the next chunk, in the same memory.
    public mutating func clear() {
        entries.removeAll(keepingCapacity: true)
        first = nil
    }
}
