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
