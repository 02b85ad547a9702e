import Foundation
import HAL
import Testing

@Suite struct JournalSocketTests {
    private var entry: JournalEntry {
        var entry = JournalEntry()
        entry.set("MESSAGE", "hello")
        return entry
    }

    @Test func withoutAJournalOrWithTooLargeAnEntryNothingIsSent() throws {
        let path = TemporaryFolder()
        let absent = try #require(JournalSocket(path: path.path("absent")))
        #expect(!absent.send(entry))
        let listener = unixSocket(SOCK_DGRAM, at: path.path("journal"))
        defer { close(listener) }
        var large = JournalEntry()
        large.set("MESSAGE", String(repeating: "x", count: 8 << 20))
        let journal = try #require(JournalSocket(path: path.path("journal")))
        #expect(!journal.send(large))
        #expect(journal.send(entry))
    }
}

@Suite struct JournalEntryTests {
    @Test func isTheseBytes() {
        var entry = JournalEntry()
        entry.set("MESSAGE", "hi")
        entry.set("PRIORITY", "")
        let expected =
            Array("MESSAGE\n".utf8) + [2, 0, 0, 0, 0, 0, 0, 0] + Array("hi\n".utf8)
            + Array("PRIORITY\n".utf8) + [UInt8](repeating: 0, count: 8) + Array("\n".utf8)
        #expect(entry.bytes == expected)
    }

    @Test func theLengthIsOfBytesNotOfLetters() {
        var entry = JournalEntry()
        let value = String(repeating: "ä", count: 200)
        entry.set("A1_B", value)
        #expect(Array(entry.bytes[5..<13]) == [0x90, 0x01, 0, 0, 0, 0, 0, 0])
        #expect(entry.bytes.count == 5 + 8 + 400 + 1)
    }

    /// Parsed as journald does, every byte of a value stays in the value.
    @Test func aValueCannotForgeAField() {
        var entry = JournalEntry()
        entry.set("INTERCOM_PEER", "x\nPRIORITY=0\nMESSAGE=all is well\n")
        entry.set("PRIORITY", "5")
        var fields: [String: String] = [:]
        var rest = entry.bytes[...]
        while let end = rest.firstIndex(of: 10) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            #expect(!name.contains("="))
            var size = 0
            for byte in rest[(end + 1)..<(end + 9)].reversed() { size = size << 8 | Int(byte) }
            let start = end + 9
            fields[name] = String(decoding: rest[start..<(start + size)], as: UTF8.self)
            #expect(rest[start + size] == 10)
            rest = rest[(start + size + 1)...]
        }
        #expect(fields["PRIORITY"] == "5")
        #expect(fields["INTERCOM_PEER"] == "x\nPRIORITY=0\nMESSAGE=all is well\n")
        #expect(fields.count == 2)
    }
}
