import Testing
import Wire

@Suite struct RecordingEntryTests {
    /// All entries of these bytes, and where the last one ends.
    private func read(_ bytes: [UInt8]) -> (entries: [RecordingEntry], end: Int) {
        var entries: [RecordingEntry] = []
        while let entry = RecordingEntry(
            parsing: bytes.span, at: entries.last?.content.upperBound ?? 0)
        {
            entries.append(entry)
        }
        return (entries, entries.last?.content.upperBound ?? 0)
    }

    /// Adds an entry of one byte, or of more.
    private func add(
        _ chunk: inout RecordingChunk, _ content: [UInt8] = [1], source: UInt8 = 0, at ms: UInt32
    ) -> Bool {
        chunk.add(content.span, source: source, at: ms)
    }

    @Test func entriesAreReadAsTheyWereAdded() {
        var chunk = RecordingChunk()
        let contents: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 400)]
        for (index, content) in contents.enumerated() {
            let source = UInt8(254 + min(index, 1))
            #expect(add(&chunk, content, source: source, at: 0x0102_0304 + UInt32(index)))
        }
        #expect(chunk.entries.prefix(10) == [1, 2, 3, 4, 254, 0, 3, 1, 2, 3])
        let (entries, end) = read(chunk.entries)
        #expect(end == chunk.entries.count)
        #expect(entries.map { Array(chunk.entries[$0.content]) } == contents)
        #expect(entries.map { $0.source } == [254, RecordingEntry.names, RecordingEntry.names])
        #expect(entries.map { $0.milliseconds } == [0x0102_0304, 0x0102_0305, 0x0102_0306])
    }

    @Test func everyCutIsRead() {
        var chunk = RecordingChunk()
        for ms in 0..<3 { #expect(add(&chunk, [7, 7, 7], at: UInt32(ms))) }
        for size in 0...30 {
            #expect(read(Array(chunk.entries[..<size])).end == size / 10 * 10)
        }
        #expect(RecordingEntry(parsing: chunk.entries.span, at: -1) == nil)
        #expect(RecordingEntry(parsing: chunk.entries.span, at: 31) == nil)
    }

    @Test func chunkEndsAfterFiveSecondsAndBefore64KiB() {
        var chunk = RecordingChunk()
        #expect(add(&chunk, at: 1_000))
        #expect(add(&chunk, at: 5_999))
        #expect(!add(&chunk, at: 6_000))
        #expect(chunk.entries.count == 16)
        chunk.clear()
        #expect(chunk.entries.isEmpty)
        let large = [UInt8](repeating: 0, count: 1_000)
        for _ in 0..<65 { #expect(add(&chunk, large, at: 6_000)) }
        #expect(!add(&chunk, large, at: 6_000))
        #expect(chunk.entries.count == 65 * 1_007)
    }
}
