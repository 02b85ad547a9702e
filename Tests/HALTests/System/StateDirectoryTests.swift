import Foundation
import HAL
import Testing

@Suite struct StateDirectoryTests {
    let folder = TemporaryFolder()
    var state: StateDirectory { StateDirectory(folder.path("state")) }

    @Test func whatIsWrittenIsReadRenamedListedAndRemoved() throws {
        #expect(try state.status() == nil)
        try state.write("one", to: "peers.d/a.conf", mode: 0o640)
        try state.write("two", to: "peers.d/a.conf", mode: 0o640)
        #expect(try state.read("peers.d/a.conf", limit: 3) == Array("two".utf8))
        try state.rename("peers.d/a.conf", to: "peers.d/b.conf")
        #expect(try state.names(in: "peers.d", suffix: ".conf") == ["b.conf"])
        #expect(try state.status(of: "peers.d/b.conf")?.mode == 0o640)
        #expect(try state.status(of: "peers.d")?.mode == 0o750)
        try state.write("x", to: "keys/a.psk")
        #expect(try state.status(of: "keys")?.mode == 0o700)
        var buffer = [UInt8](repeating: 0, count: 8)
        for (mode, size) in [(0o600, 3), (0o640, nil)] as [(UInt32, Int?)] {
            try state.write("psk", to: "keys/a.psk", mode: mode)
            var span = buffer.mutableSpan
            #expect((try? state.readSecret("keys/a.psk", into: &span)) == size)
        }
        try state.remove("peers.d/b.conf")
        try state.remove("peers.d/b.conf")
        #expect(try state.status(of: "peers.d/b.conf") == nil)
        #expect(try state.names(in: "peers.d") == [])
        #expect(try state.names(in: "none") == [])
    }

    @Test func aDraftThatIsALinkIsReplacedNotWritten() throws {
        try state.write("old", to: "victim")
        try FileManager.default.createSymbolicLink(
            atPath: "\(state.path)/file.new", withDestinationPath: "victim")
        try state.write("new", to: "file")
        #expect(try state.read("victim", limit: 3) == Array("old".utf8))
        #expect(try state.read("file", limit: 3) == Array("new".utf8))
    }

    /// A pipe without a writer would make an ordinary open wait for ever.
    @Test func onlyPlainFilesOfSomeSizeAreRead() throws {
        try state.write("x", to: "folder/file")
        #expect(unsafe mkfifo("\(state.path)/pipe", 0o600) == 0)
        #expect(unsafe open("\(state.path)/huge", O_CREAT | O_WRONLY, 0o600) >= 0)
        #expect(unsafe truncate("\(state.path)/huge", 1 << 40) == 0)
        for (name, words) in [
            ("pipe", "a plain file is expected"), ("folder", "a plain file is expected"),
            ("huge", "at most 1000 bytes"),
        ] {
            let error = #expect(throws: SystemError.self) { try state.read(name, limit: 1000) }
            #expect(error?.description.contains("\(state.path)/\(name): ") == true)
            #expect(error?.description.contains(words) == true)
        }
        for number in 0...10_000 {
            close(unsafe open("\(state.path)/folder/\(number)", O_CREAT | O_WRONLY, 0o600))
        }
        let error = #expect(throws: SystemError.self) { try state.names(in: "folder") }
        #expect(error?.description.contains("more than 10000 files") == true)
    }
}

/// Root in a directory that belongs to a lesser user.
@Suite(.enabled(if: geteuid() == 0)) struct RootInAStateDirectoryTests {
    private static let user: UInt32 = 4711
    let folder = TemporaryFolder()

    private func make(_ name: String, user: UInt32, mode: Int = 0o755) throws -> String {
        let path = folder.path(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try give(path, to: user, mode: mode)
        return path
    }

    private func give(_ path: String, to user: UInt32, mode: Int) throws {
        try FileManager.default.setAttributes(
            [
                .ownerAccountID: Int(user), .groupOwnerAccountID: Int(user),
                .posixPermissions: mode,
            ], ofItemAtPath: path)
    }

    private func link(_ name: String, to target: String, user: UInt32) throws -> String {
        let path = folder.path(name)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        #expect(unsafe lchown(path, user, user) == 0)
        return path
    }

    @Test func whatRootMakesIsTheOwnersFromTheFirst() throws {
        let state = StateDirectory(try make("state", user: Self.user, mode: 0o700))
        #expect(state.owner == Self.user)
        try state.write("x", to: "keys/a.psk")
        #expect(try state.status(of: "keys")?.owner == Self.user)
        #expect(try state.status(of: "keys/a.psk")?.owner == Self.user)
        let deeper = StateDirectory(folder.path("state/deeper"))
        try deeper.write("x", to: "file")
        #expect(try deeper.status()?.owner == Self.user)
        let own = StateDirectory(folder.path("own"))
        try own.write("x", to: "file")
        #expect(try own.status(of: "file")?.owner == 0)
    }

    @Test(arguments: [false, true])
    func rootsRightsAreOfNoUseThere(byLink: Bool) throws {
        let secret = folder.path("secret")
        try "root's".write(toFile: secret, atomically: false, encoding: .utf8)
        try give(secret, to: 0, mode: 0o600)
        let state = StateDirectory(try make("state", user: Self.user, mode: 0o700))
        if byLink {
            _ = try link("state/file", to: secret, user: Self.user)
        } else {
            #expect(unsafe Glibc.link(secret, folder.path("state/file")) == 0)
        }
        let error = #expect(throws: SystemError.self) { try state.read("file", limit: 10) }
        #expect(error?.description.contains("root acts there as user 4711") == true)
        _ = try make("state/keys", user: 0, mode: 0o700)
        #expect(throws: SystemError.self) { try state.write("x", to: "keys/x") }
        // What anyone may read is no secret of root's.
        try give(secret, to: 0, mode: 0o644)
        #expect(try state.read("file", limit: 10).count == 6)
    }

    /// Otherwise the user could choose in which of root's directories root acts as root.
    @Test func aLesserUserOnTheWayIsTheOneWhoseRightsRootTakes() throws {
        _ = try make("elsewhere", user: 0)
        _ = try make("elsewhere/state", user: 0)
        _ = try link("ours", to: "elsewhere", user: 0)
        _ = try link("lesser", to: "elsewhere", user: Self.user)
        _ = try make("theirs", user: Self.user)
        _ = try make("theirs/state", user: 0)
        _ = try link("theirs/link", to: folder.path("elsewhere"), user: 0)
        for way in ["elsewhere/state", "ours/state", "ours//state/", "none/state"] {
            #expect(StateDirectory(folder.path(way)).owner == 0)
        }
        for way in ["lesser/state", "theirs/state", "theirs/link/state", "theirs/none/state"] {
            let state = StateDirectory(folder.path(way))
            #expect(state.owner == Self.user)
            #expect(throws: SystemError.self) { try state.write("x", to: "file") }
        }
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: folder.path("elsewhere/state")) == [])
    }

    /// The rights are one thread's: the daemon's others must not lose theirs for a moment.
    @Test func otherThreadsKeepTheirRights() throws {
        let state = StateDirectory(try make("state", user: Self.user, mode: 0o700))
        let secret = folder.path("secret")
        try "x".write(toFile: secret, atomically: false, encoding: .utf8)
        try give(secret, to: 0, mode: 0o600)
        let (isOver, isReady) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let refusals = Box()
        let thread = Thread {
            isReady.signal()
            repeat {
                let fd = unsafe open(secret, O_RDONLY)
                if fd < 0 { refusals.count += 1 } else { close(fd) }
            } while isOver.wait(timeout: .now()) == .timedOut
            isReady.signal()
        }
        thread.start()
        isReady.wait()
        for _ in 0..<300 { try state.write("x", to: "file") }
        isOver.signal()
        isReady.wait()
        #expect(refusals.count == 0)
        #expect(geteuid() == 0 && getegid() == 0)
    }

    /// Written by one thread, and read when that has ended.
    private final class Box: @unchecked Sendable {
        var count = 0
    }
}

extension StateDirectory {
    fileprivate func write(
        _ text: String, to name: String, mode: UInt32 = 0o600
    ) throws(SystemError) {
        let bytes = Array(text.utf8)
        try write(bytes.span, to: name, mode: mode)
    }
}
