import Foundation
import HAL
import Testing

@Suite struct JournalSocketTests {
    /// The test's own journald at a path.
    private func listen(at path: String) -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8))
        }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        return listener
    }

    private var entry: JournalEntry {
        var entry = JournalEntry()
        entry.set("MESSAGE", "hello")
        return entry
    }

    @Test func oneEntryIsOneDatagram() throws {
        let path = TemporaryFolder()
        let listener = listen(at: path.path("journal"))
        defer { close(listener) }
        let journal = try #require(JournalSocket(path: path.path("journal")))
        #expect(journal.send(entry))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(listener, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(Array(bytes.prefix(max(0, count))) == entry.bytes)
    }

    /// No program reads them: the socket fills up, but the sender is not held up.
    @Test func aFullJournalRefusesAtOnceAndTakesAgainLater() throws {
        let path = TemporaryFolder()
        let listener = listen(at: path.path("journal"))
        defer { close(listener) }
        let journal = try #require(JournalSocket(path: path.path("journal")))
        var taken = 0
        while journal.send(entry), taken < 100_000 { taken += 1 }
        #expect(taken > 0 && taken < 100_000)
        var bytes = [UInt8](repeating: 0, count: 4096)
        _ = unsafe recv(listener, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(journal.send(entry))
    }

    @Test func withoutAJournalOrWithTooLargeAnEntryNothingIsSent() throws {
        let path = TemporaryFolder()
        let absent = try #require(JournalSocket(path: path.path("absent")))
        #expect(!absent.send(entry))
        let listener = listen(at: path.path("journal"))
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
