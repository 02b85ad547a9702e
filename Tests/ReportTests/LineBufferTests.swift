import Testing

@testable import Report

@Suite struct LineBufferTests {
    private func lines(_ chunks: [String], limit: Int) -> [String] {
        var buffer = LineBuffer(limit: limit)
        var found: [String] = []
        for chunk in chunks {
            buffer.append(Array(chunk.utf8).span)
            while let line = buffer.next() {
                switch line {
                case .line(let bytes): found.append(String(decoding: bytes, as: UTF8.self))
                case .tooLong: found.append("TOO LONG")
                }
            }
        }
        return found
    }

    @Test func linesAreCutWhereverTheBytesWereSplit() {
        #expect(lines(["a", "b\nc\n", "\n", "d"], limit: 10) == ["ab", "c", ""])
        let text = "one\ntwo\n"
        #expect(lines(text.map { String($0) }, limit: 3) == ["one", "two"])
    }

    @Test func anEndlessLineAndAWholeOneAreSeenBeforeTheyAreTaken() {
        var buffer = LineBuffer(limit: 4)
        buffer.append(Array("1234".utf8).span)
        #expect(!buffer.isSkipping && !buffer.hasLine)
        buffer.append(Array("5".utf8).span)
        #expect(buffer.isSkipping && !buffer.hasLine)
        buffer.append(Array("\n".utf8).span)
        #expect(!buffer.isSkipping && buffer.hasLine)
        #expect(buffer.next() == .tooLong)
        #expect(!buffer.hasLine)
    }

    @Test func aLineOverTheLimitIsSkippedUpToItsEnd() {
        #expect(
            lines(["1234\n12345\n123456789", "0\nok\n"], limit: 4) == [
                "1234", "TOO LONG", "TOO LONG", "ok",
            ])
    }
}
