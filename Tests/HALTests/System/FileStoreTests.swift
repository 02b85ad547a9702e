import Foundation
import Testing

@testable import HAL

@Suite struct FileStoreTests {
    let folder = TemporaryFolder()

    private func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
        try FileStore.write(Array(text.utf8).span, to: path, mode: mode)
    }

    @Test func writtenFileIsReadBackWithItsMode() throws {
        let path = folder.path("state")
        try write("one", to: path, mode: 0o640)
        // What a crash has left is no obstacle.
        try Data("half".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        try write("second", to: path, mode: 0o664)
        #expect(try FileStore.read(path, limit: 100) == Array("second".utf8))
        let status = try #require(try FileStore.status(of: path))
        #expect(status.mode == 0o664)
        #expect(status.size == 6)
        #expect(status.isRegular)
        // No draft is left behind.
        #expect(try FileStore.names(in: folder.path, suffix: "") == ["state"])
        // To remove it twice is no error.
        for _ in 0..<2 { try FileStore.remove(path) }
        #expect(try FileStore.status(of: path) == nil)
    }

    @Test func failedWriteLeavesWhatWasThere() throws {
        let path = folder.path("state")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: SystemError.self) { try write("x", to: path) }
        #expect(try FileStore.names(in: folder.path, suffix: "") == ["state"])
        #expect(throws: SystemError.self) {
            try write("x", to: folder.path("absent/state"))
        }
    }

    @Test func longerThanTheLimitIsRefused() throws {
        let path = folder.path("big")
        try write("123456", to: path)
        #expect(try FileStore.read(path, limit: 6).count == 6)
        let error = #expect(throws: SystemError.self) { try FileStore.read(path, limit: 5) }
        #expect(error?.description.contains("at most 5 bytes") == true)
        // A file of the kernel reports no size at all.
        #expect(throws: SystemError.self) { try FileStore.read("/proc/self/maps", limit: 10) }
        #expect(try FileStore.read("/proc/self/maps", limit: 1 << 20).count > 8192)
    }

    @Test func onlyPlainFilesAreRead() throws {
        #expect(throws: SystemError.self) { try FileStore.read(folder.path, limit: 10) }
        #expect(throws: SystemError.self) { try FileStore.read("/dev/null", limit: 10) }
        let error = #expect(throws: SystemError.self) {
            try FileStore.read(folder.path("none"), limit: 10)
        }
        #expect(error?.errno == ENOENT)
    }

    @Test func aSecretIsReadWholeAndOneOfOthersRefusedWithTheMendingCommand() throws {
        let path = folder.path("identity")
        func secret(_ text: String = "secret", mode: UInt32 = 0o600) throws -> String {
            try write(text, to: path, mode: mode)
            var buffer = [UInt8](repeating: 0, count: 8)
            var span = buffer.mutableSpan
            let count = try FileStore.readSecret(path, into: &span)
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        #expect(try secret() == "secret")
        // One that fills the buffer may be longer.
        #expect(throws: SystemError.self) { try secret("12345678") }
        for mode: UInt32 in [0o640, 0o604, 0o620, 0o601] {
            let error = #expect(throws: SystemError.self) { try secret(mode: mode) }
            #expect(error?.description.hasSuffix("chmod 600 \(path)") == true)
        }
    }

    @Test func listsNamesBySuffixInByteOrder() throws {
        for name in ["b.conf", "a.conf", "B.conf", ".hidden.conf", "c.conf~", "conf"] {
            try write("", to: folder.path(name))
        }
        #expect(
            try FileStore.names(in: folder.path, suffix: ".conf") == [
                "B.conf", "a.conf", "b.conf",
            ])
        #expect(try FileStore.names(in: folder.path("none"), suffix: ".conf").isEmpty)
        #expect(throws: SystemError.self) {
            try FileStore.names(in: folder.path("conf"), suffix: ".conf")
        }
    }

    @Test func directoryIsMadeOnceAndKept() throws {
        let path = folder.path("keys")
        try FileStore.makeDirectory(path, mode: 0o700)
        try FileStore.makeDirectory(path, mode: 0o755)
        let status = try #require(try FileStore.status(of: path))
        #expect(status.mode == 0o700)
        #expect(status.isDirectory)
        #expect(try FileStore.status(of: folder.path("none")) == nil)
    }

    @Test func theRightToWriteIsKnownBefore() throws {
        let (open, closed) = (folder.path("open"), folder.path("closed"))
        try FileStore.makeDirectory(open, mode: 0o755)
        try FileStore.makeDirectory(closed, mode: 0o555)
        #expect(try FileStore.mayWrite(in: open))
        // What is missing can be made there.
        #expect(try FileStore.mayWrite(in: "\(open)/a/b"))
        // Root may write everywhere.
        #expect(try FileStore.mayWrite(in: closed) == (geteuid() == 0))
        #expect(try FileStore.mayWrite(in: "\(closed)/a/b") == (geteuid() == 0))
        try write("text", to: folder.path("file"))
        for path in ["file", "file/a"] {
            #expect(throws: SystemError.self) { try FileStore.mayWrite(in: folder.path(path)) }
        }
    }

    @Test func aLinkIsOneWhereverItLeads() throws {
        let (file, link, lost) = (folder.path("file"), folder.path("link"), folder.path("lost"))
        try write("one", to: file)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        try FileManager.default.createSymbolicLink(atPath: lost, withDestinationPath: "nowhere")
        #expect(try FileStore.isLink(link) && FileStore.isLink(lost))
        #expect(try !FileStore.isLink(file) && !FileStore.isLink(folder.path("none")))
    }
}

@Suite struct DiskSpaceTests {
    @Test func spaceIsAskedWhereThePathIs() throws {
        #expect(try DiskSpace(at: "/proc").freeBytes == 0)
        let memory = try DiskSpace(at: "/dev/shm")
        #expect(memory.isReadOnly == false && memory.kind == .memory)
        #expect(try DiskSpace(at: "/proc").kind == .lasting)
        #expect(throws: SystemError.self) { try DiskSpace(at: "/nowhere/at/all") }
    }
}

@Suite struct SystemErrorTests {
    @Test func saysWhatWhyAndWhatToDo() {
        let plain = SystemError(operation: "bind 0.0.0.0:5577", errno: 98)
        #expect(plain.description == "bind 0.0.0.0:5577: Address already in use")
        let advised = SystemError(operation: "open /x", errno: 13, advice: "chmod 600 /x")
        #expect(advised.description == "open /x: Permission denied; chmod 600 /x")
        // A name begins no line of its own.
        let error = SystemError(operation: "open /x\nok: all is well\u{1b}[2J", errno: 13)
        #expect(error.description == "open /x?ok: all is well?[2J: Permission denied")
    }
}
