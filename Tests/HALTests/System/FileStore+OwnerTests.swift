import Foundation
import HAL
import Testing

@Suite struct FileOwnerTests {
    private func owner(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.ownerAccountID] as? Int
    }

    @Test func givingToOneselfChangesNothing() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("owner-\(UInt32.random(in: 0...UInt32.max))").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let before = try owner(of: folder)
        try FileStore.giveOwner(of: folder, to: folder)
        #expect(try owner(of: folder) == before)
        #expect(throws: SystemError.self) {
            try FileStore.giveOwner(of: folder, to: "\(folder)/absent")
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func whatRootMakesIsTheModelsFromTheFirst() throws {
        let folder = TemporaryFolder()
        let (model, file, made) = (folder.path("model"), folder.path("file"), folder.path("made"))
        try FileStore.makeDirectory(model, mode: 0o700)
        // Left over from a power failure.
        try FileStore.makeDirectory("\(made).new", mode: 0o700)
        try FileManager.default.setAttributes([.ownerAccountID: 4711], ofItemAtPath: model)
        try FileStore.write(Array("one".utf8).span, to: file, mode: 0o640, ownerOf: model)
        #expect(try FileStore.status(of: file)?.owner == 4711)
        // Again, and with another owner before.
        for _ in 0..<2 {
            try FileStore.makeDirectory(made, mode: 0o750, ownerOf: model)
            let status = try #require(try FileStore.status(of: made))
            #expect(status.owner == 4711 && status.mode == 0o750 && status.isDirectory)
            try FileManager.default.setAttributes([.ownerAccountID: 0], ofItemAtPath: made)
        }
        #expect(try FileStore.status(of: "\(made).new") == nil)
    }

    @Test(.enabled(if: geteuid() == 0)) func rootGivesALinkItselfNotItsTarget() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("owner-\(UInt32.random(in: 0...UInt32.max))").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["model", "target"] {
            try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        try FileManager.default.setAttributes(
            [.ownerAccountID: 4711], ofItemAtPath: "\(folder)/model")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/link", withDestinationPath: "\(folder)/target")
        try FileStore.giveOwner(of: "\(folder)/model", to: "\(folder)/link")
        #expect(try owner(of: "\(folder)/target") == 0)
        try FileStore.giveOwner(of: "\(folder)/model", to: "\(folder)/target")
        #expect(try owner(of: "\(folder)/target") == 4711)
    }
}
