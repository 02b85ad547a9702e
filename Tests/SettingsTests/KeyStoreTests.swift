import Config
import Crypto
import Files
import Foundation
import Testing

@Suite final class KeyStoreTests {
    let state = FileManager.default.temporaryDirectory
        .appending(path: "keystore-\(UUID().uuidString)").path

    var paths: Paths { Paths(stateDirectory: state, runtimeDirectory: nil) }

    deinit { try? FileManager.default.removeItem(atPath: state) }

    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func theIdentityIsMadeOnceAndForItsOwnerAlone() throws {
        #expect(try KeyStore.publicKey(paths) == nil)
        var made = 0
        let first = X25519.publicKey(of: try KeyStore.identity(paths) { made += 1 })
        let second = X25519.publicKey(of: try KeyStore.identity(paths) { made += 1 })
        #expect(first == second)
        #expect(made == 1)
        #expect(try KeyStore.publicKey(paths) == first)
        #expect(try mode(paths.identity) == 0o600)
        #expect(try mode(paths.keys) == 0o700)
    }

    @Test func widerRightsAreRefusedWithTheMendingCommand() throws {
        _ = try KeyStore.identity(paths) {}
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: paths.identity)
        #expect {
            _ = try KeyStore.identity(paths) {}
        } throws: { error in
            (error as? StateError)?.description.contains("chmod 600 \(paths.identity)") == true
        }
    }

    @Test(arguments: [0o755, 0o770, 0o701]) func aFolderOthersMayEnterIsRefused(mode: Int) throws {
        _ = try KeyStore.identity(paths) {}
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: paths.keys)
        let isMending = { [paths] (error: any Error) in
            (error as? StateError)?.description.hasSuffix("chmod 700 \(paths.keys)") == true
        }
        #expect(performing: { _ = try KeyStore.identity(paths) {} }, throws: isMending)
        #expect(performing: { _ = try KeyStore.publicKey(paths) }, throws: isMending)
        let psk = Key.random()
        #expect(
            performing: { try KeyStore.write(psk: psk, of: "house", paths) }, throws: isMending)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: paths.keys)
        #expect(try KeyStore.publicKey(paths) != nil)
    }

    @Test func aPskIsWrittenForItsOwnerAloneAndReadAgain() throws {
        _ = try KeyStore.identity(paths) {}
        let psk = Key.random()
        try KeyStore.write(psk: psk, of: "house", paths)
        let file = "\(paths.keys)/house.psk"
        #expect(try mode(file) == 0o600)
        let isSame = try KeyStore.psk(at: file).isEqual(to: psk)
        #expect(isSame)
        // As a person writes it.
        try (String(repeating: "7f", count: 32) + "\n")
            .write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let typed = try KeyStore.psk(at: file)
        #expect(typed.bytes[0] == 0x7F && typed.bytes[31] == 0x7F)
    }

    @Test func aPskThatIsNotThereIsToldWithItsPlaceInTheConfiguration() throws {
        _ = try KeyStore.identity(paths) {}
        let key = try KeyStore.publicKey(paths)!.text
        let text = "[station]\nname = a\n[peer gg]\nkey = \(key)\npsk = file:gg.psk\n"
        let source = ConfigSource(role: .main, path: "/x/intercomd.conf", bytes: Array(text.utf8))
        let config = try Config([source], paths: paths)
        #expect {
            _ = try KeyStore.psk(of: config.peers[0], paths)
        } throws: { error in
            (error as? StateError)?.description.hasPrefix(
                "/x/intercomd.conf:5: psk = file:gg.psk: open \(paths.keys)/gg.psk: ") == true
        }
    }

    @Test(arguments: ["", "intercom-identity-1 12\n", String(repeating: "x", count: 4000)])
    func whatIsNoIdentityIsRefusedAndKept(text: String) throws {
        _ = try KeyStore.identity(paths) {}
        try text.write(toFile: paths.identity, atomically: false, encoding: .utf8)
        #expect(throws: StateError.self) { _ = try KeyStore.identity(paths) {} }
        #expect(try String(contentsOfFile: paths.identity, encoding: .utf8) == text)
    }
}
