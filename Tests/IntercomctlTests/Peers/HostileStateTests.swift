import Foundation
import Testing

/// Root works in a directory of the daemon's user, which may have put anything there.
@Suite(.enabled(if: geteuid() == 0)) struct HostileStateTests {
    private static let user = 4711

    /// A station whose state directory is a lesser user's, and a folder that is root's alone.
    private func station() throws -> (folder: StationFolder, elsewhere: URL) {
        let folder = try StationFolder()
        let elsewhere = folder.root.appendingPathComponent("elsewhere")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.root.path)
        try give(folder.state)
        return (folder, elsewhere)
    }

    private func give(_ path: String) throws {
        try FileManager.default.setAttributes(
            [.ownerAccountID: Self.user, .groupOwnerAccountID: Self.user], ofItemAtPath: path)
    }

    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }

    @Test func aLinkInPlaceOfTheFolderLeadsRootNowhere() throws {
        for name in ["peers.d", "keys"] {
            let (folder, elsewhere) = try station()
            try "x".write(
                to: elsewhere.appendingPathComponent("garage.psk"), atomically: false,
                encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.state)/\(name)", withDestinationPath: elsewhere.path)
            let secret = folder.root.appendingPathComponent("secret.psk").path
            let digits = String(repeating: "5a", count: 32) + "\n"
            try folder.write(digits, to: "secret.psk", mode: 0o600)
            let outcome = try folder.run(
                "peer", "add", "--psk-file", secret, "garage", "-", otherKey)
            #expect(outcome.code == 1, "\(outcome.output)")
            _ = try folder.run("peer", "add", "garage", "-", otherKey)
            #expect(try names(in: elsewhere) == ["garage.psk"], "\(name)")
        }
    }

    /// What root reads there for a moment must not come out in a file of the lesser user.
    @Test func aFileOfRootsIsNotReadInThePlaceOfAPeers() throws {
        let (folder, elsewhere) = try station()
        let file = elsewhere.appendingPathComponent("shadow")
        try "[peer garage]\nkey = \(otherKey)\n".write(
            to: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        try FileManager.default.createDirectory(
            atPath: "\(folder.state)/peers.d", withIntermediateDirectories: true)
        try give("\(folder.state)/peers.d")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.state)/peers.d/garage.conf", withDestinationPath: file.path)
        let outcome = try folder.run("peer", "verify", "garage", otherFingerprint)
        #expect(outcome.code == 1 && outcome.complaint.contains("as user \(Self.user)"))
    }

    @Test func aLinkToTheStateLeadsWhereTheOneWhoMadeItMayWrite() throws {
        let (folder, elsewhere) = try station()
        let place = folder.root.appendingPathComponent("place").path
        try FileManager.default.moveItem(atPath: folder.state, toPath: place)
        try FileManager.default.createSymbolicLink(
            atPath: folder.state, withDestinationPath: place)
        #expect(try folder.run("peer", "add", "garage", "-", otherKey).code == 0)
        #expect(
            try FileManager.default.attributesOfItem(atPath: "\(place)/peers.d/garage.conf")[
                .ownerAccountID] as? Int == Self.user)
        #expect(unsafe lchown(folder.state, UInt32(Self.user), UInt32(Self.user)) == 0)
        #expect(try folder.run("peer", "add", "attic", "-", thirdKey).code == 0)
        try FileManager.default.removeItem(atPath: folder.state)
        try FileManager.default.createSymbolicLink(
            atPath: folder.state, withDestinationPath: elsewhere.path)
        #expect(unsafe lchown(folder.state, UInt32(Self.user), UInt32(Self.user)) == 0)
        let outcome = try folder.run("peer", "add", "attic", "-", thirdKey)
        #expect(outcome.code == 1 && outcome.complaint.contains("as user \(Self.user)"))
        #expect(try names(in: elsewhere).isEmpty)
    }

    @Test func aNameThatMovesTheCursorIsShownHarmless() throws {
        let (folder, _) = try station()
        try folder.write("nonsense\n", to: "state/peers.d/\u{1b}[2J.conf")
        try give("\(folder.state)/peers.d")
        let outcome = try folder.run("peer", "add", "garage", "-", otherKey)
        #expect(outcome.code == 1 && !outcome.complaint.contains("\u{1b}"))
        #expect(outcome.complaint.contains("[2J.conf:1: "))
    }
}
