import Foundation
import HAL
import Testing

/// What holds for every user: no name leads out of the directory.
@Suite struct OwnersDirectoryTests {
    let folder = TemporaryFolder()

    private func put(_ text: String, at name: String, mode: Int = 0o600) throws {
        let path = folder.path(name)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(name), withDestinationPath: target)
    }

    /// The words of the refusal that reading a name ends with.
    private func refusal(of name: String, limit: Int = 100) throws -> String {
        let error = #expect(throws: SystemError.self) {
            try OwnersDirectory(folder.path).read(name, limit: limit)
        }
        return error?.description ?? ""
    }

    @Test func whatIsWrittenIsReadRenamedListedAndRemoved() throws {
        let state = try OwnersDirectory(folder.path)
        let peers = try state.makeFolder("peers.d", mode: 0o750)
        try peers.write("one", to: "a.conf", mode: 0o640)
        try peers.write("two", to: "a.conf", mode: 0o640)
        #expect(try peers.read("a.conf", limit: 3) == Array("two".utf8))
        try peers.rename("a.conf", to: "b.conf")
        #expect(try peers.names(suffix: ".conf") == ["b.conf"])
        #expect(try peers.status(of: "b.conf")?.mode == 0o640)
        #expect(try state.status(of: "peers.d")?.mode == 0o750)
        try peers.remove("b.conf")
        try peers.remove("b.conf")
        #expect(try peers.status(of: "b.conf") == nil)
        #expect(try peers.names(suffix: "") == [])
    }

    @Test func whatIsNotThereIsNil() throws {
        let nothing = try OwnersDirectory.existing(folder.path("none")) == nil
        let nested = try OwnersDirectory.existing(folder.path("none/deeper")) == nil
        let folder = try OwnersDirectory(folder.path).folder("keys") == nil
        #expect(nothing && nested && folder)
    }

    @Test func noLinkIsFollowedToAFileOrAFolder() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("elsewhere"), withIntermediateDirectories: false)
        try put("secret", at: "elsewhere/file")
        try link("file", to: "elsewhere/file")
        try link("lost", to: "elsewhere/made")
        try link("keys", to: "elsewhere")
        for name in ["file", "lost"] {
            #expect(try refusal(of: name).contains("\(folder.path)/\(name): "))
            #expect(try refusal(of: name).contains("symbolic link"))
        }
        let state = try OwnersDirectory(folder.path)
        let error = #expect(throws: SystemError.self) { _ = try state.folder("keys") }
        #expect(error?.description.contains("keys: Operation not permitted; it is a sym") == true)
        #expect(throws: SystemError.self) { _ = try state.makeFolder("keys", mode: 0o700) }
        #expect(try state.status(of: "file")?.isLink == true)
        // To write is to replace the link itself.
        try state.write("new", to: "lost")
        #expect(try state.status(of: "lost")?.isRegular == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path("elsewhere/made")))
    }

    @Test func aDraftThatIsALinkIsReplacedNotWritten() throws {
        try put("old", at: "victim")
        try link("file.new", to: "victim")
        let state = try OwnersDirectory(folder.path)
        try state.write("new", to: "file")
        #expect(try String(contentsOfFile: folder.path("victim"), encoding: .utf8) == "old")
        #expect(try state.read("file", limit: 3) == Array("new".utf8))
    }

    @Test func aFileWithTwoNamesIsRefused() throws {
        try put("secret", at: "file")
        #expect(unsafe Glibc.link(folder.path("file"), folder.path("other")) == 0)
        #expect(try refusal(of: "other").contains("2 names (hard links)"))
        try OwnersDirectory(folder.path).remove("other")
        #expect(try OwnersDirectory(folder.path).read("file", limit: 6).count == 6)
    }

    /// A pipe without a writer would make an ordinary open wait for ever.
    @Test func onlyPlainFilesAreRead() throws {
        #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: folder.path("folder"), withIntermediateDirectories: false)
        for name in ["pipe", "folder"] {
            #expect(try refusal(of: name).contains("a plain file is expected"))
        }
        try put("x", at: "file")
        let error = #expect(throws: SystemError.self) {
            _ = try OwnersDirectory(folder.path).folder("file")
        }
        #expect(error?.description.contains("a directory is expected") == true)
    }

    @Test func nothingIsReadWithoutBound() throws {
        #expect(unsafe open(folder.path("huge"), O_CREAT | O_WRONLY, 0o600) >= 0)
        #expect(unsafe truncate(folder.path("huge"), 1 << 40) == 0)
        #expect(try refusal(of: "huge", limit: 1000).contains("at most 1000 bytes"))
        let state = try OwnersDirectory(folder.path)
        let crowd = try state.makeFolder("crowd", mode: 0o700)
        for number in 0...10_000 {
            close(unsafe open(folder.path("crowd/\(number)"), O_CREAT | O_WRONLY, 0o600))
        }
        let error = #expect(throws: SystemError.self) { try crowd.names(suffix: ".conf") }
        #expect(error?.description.contains("more than 10000 files") == true)
    }

    @Test(arguments: ["", ".", "..", "../x", "a/b", "/etc/passwd"])
    func aNameIsNoPath(name: String) throws {
        let state = try OwnersDirectory(folder.path)
        #expect(throws: SystemError.self) { try state.read(name, limit: 10_000) }
        #expect(throws: SystemError.self) { _ = try state.folder(name) }
        #expect(throws: SystemError.self) { try state.remove(name) }
        #expect(throws: SystemError.self) { try state.write("x", to: name) }
        #expect(throws: SystemError.self) { try state.rename("a", to: name) }
    }

    @Test func aSecretThatOthersMayReadIsRefused() throws {
        try put("secret", at: "secret", mode: 0o640)
        let state = try OwnersDirectory(folder.path)
        var buffer = [UInt8](repeating: 0, count: 8)
        let error = #expect(throws: SystemError.self) {
            var span = buffer.mutableSpan
            _ = try state.readSecret("secret", into: &span)
        }
        #expect(error?.description.hasSuffix("chmod 600 \(folder.path)/secret") == true)
        try put("secret", at: "secret")
        var span = buffer.mutableSpan
        #expect(try state.readSecret("secret", into: &span) == 6)
    }

    /// A link that has come into the place of an opened directory changes nothing.
    @Test func theDirectoryIsOpenedOnce() throws {
        let place = folder.path("state")
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: false)
        let state = try OwnersDirectory(place)
        try FileManager.default.moveItem(atPath: place, toPath: folder.path("moved"))
        try FileManager.default.createDirectory(
            atPath: folder.path("trap"), withIntermediateDirectories: false)
        try link("state", to: folder.path("trap"))
        try state.write("x", to: "file")
        #expect(FileManager.default.fileExists(atPath: folder.path("moved/file")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("trap/file")))
    }
}

extension OwnersDirectory {
    borrowing func write(_ text: String, to name: String, mode: UInt32 = 0o600) throws(SystemError)
    {
        let bytes = Array(text.utf8)
        try write(bytes.span, to: name, mode: mode)
    }
}
