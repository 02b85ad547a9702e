import Foundation
import HAL
import Testing

/// Root in a directory that belongs to a lesser user.
@Suite(.enabled(if: geteuid() == 0)) struct OwnersDirectoryRootTests {
    private static let user: UInt32 = 4711
    let folder = TemporaryFolder()

    private func make(_ name: String, user: UInt32, mode: Int = 0o755) throws -> String {
        let path = folder.path(name)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
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

    private func link(_ name: String, to target: String, user: UInt32) throws {
        let path = folder.path(name)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        #expect(unsafe lchown(path, user, user) == 0)
    }

    private func complaint(_ path: String) -> String {
        do throws(SystemError) {
            _ = try OwnersDirectory(path)
            return "none"
        } catch { return error.description }
    }

    @Test func whatRootMakesIsTheOwnersFromTheFirst() throws {
        let state = try OwnersDirectory(try make("state", user: Self.user, mode: 0o700))
        let keys = try state.makeFolder("keys", mode: 0o700)
        try keys.write("x", to: "a.psk")
        #expect(try state.status(of: "keys")?.owner == Self.user)
        #expect(try keys.status(of: "a.psk")?.owner == Self.user)
        #expect(try keys.read("a.psk", limit: 1).count == 1)
        let deeper = try OwnersDirectory(making: folder.path("state/deeper"), mode: 0o750)
        #expect(deeper.owner == Self.user && deeper.mode == 0o750)
        let own = try OwnersDirectory(making: folder.path("own"), mode: 0o750)
        #expect(own.owner == 0)
    }

    @Test func rootsRightsAreOfNoUseThere() throws {
        let path = try make("state", user: Self.user, mode: 0o700)
        let file = "\(path)/file"
        try "root's".write(toFile: file, atomically: false, encoding: .utf8)
        try give(file, to: 0, mode: 0o600)
        let state = try OwnersDirectory(path)
        let error = #expect(throws: SystemError.self) { try state.read("file", limit: 10) }
        #expect(error?.description.hasSuffix("chown -h 4711 \(file)") == true)
        // Not even into a folder that the owner may not enter.
        _ = try make("state/keys", user: 0, mode: 0o700)
        guard let keys = try state.folder("keys") else {
            Issue.record("the folder is not found")
            return
        }
        let refused = #expect(throws: SystemError.self) {
            try keys.write("x", to: "x")
        }
        #expect(refused?.description.contains("root acts there as user 4711") == true)
        try give(file, to: 4712, mode: 0o644)
        #expect(throws: SystemError.self) { try state.read("file", limit: 10) }
        try give(file, to: 0, mode: 0o644)
        #expect(try state.read("file", limit: 10).count == 6)
    }

    @Test func aFolderOfALesserUserInOneOfRootsIsThatUsers() throws {
        let state = try OwnersDirectory(try make("state", user: 0))
        _ = try make("state/keys", user: Self.user, mode: 0o700)
        guard let keys = try state.folder("keys") else {
            Issue.record("the folder is not found")
            return
        }
        try keys.write("x", to: "x")
        #expect(try keys.status(of: "x")?.owner == Self.user)
    }

    @Test func onlyRootsLinksLeadToIt() throws {
        _ = try make("elsewhere", user: 0)
        _ = try make("elsewhere/state", user: Self.user)
        try link("ours", to: "elsewhere", user: 0)
        try link("round", to: "./ours/../ours", user: 0)
        try link("lesser", to: "elsewhere", user: Self.user)
        for way in ["elsewhere/state", "ours/state", "round//state/", "ours/../ours/state"] {
            #expect(complaint(folder.path(way)) == "none")
        }
        #expect(complaint(folder.path("lesser/state")).contains("lesser: Operation not permitted"))
        #expect(complaint(folder.path("lesser/state")).contains("symbolic link that user 4711"))
        try link("endless", to: "endless", user: 0)
        #expect(complaint(folder.path("endless/state")).contains("Too many levels"))
    }

    /// Otherwise the user could choose in which of root's directories root acts as root.
    @Test func noDirectoryOfRootsIsReachedThroughALesserUsers() throws {
        _ = try make("theirs", user: Self.user)
        _ = try make("theirs/state", user: 0)
        #expect(complaint(folder.path("theirs/state")).contains("can put another in its place"))
        try link("theirs/link", to: "/etc", user: 0)
        #expect(complaint(folder.path("theirs/link")).contains("symbolic link"))
        _ = try make("theirs/own", user: Self.user)
        #expect(complaint(folder.path("theirs/own")) == "none")
    }

    /// The rights are one thread's: the daemon's others must not lose theirs for a moment.
    @Test func otherThreadsKeepTheirRights() throws {
        let state = try OwnersDirectory(try make("state", user: Self.user, mode: 0o700))
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
