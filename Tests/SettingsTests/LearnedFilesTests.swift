import Config
import Crypto
import Files
import Foundation
import Testing

/// What a station forgets: LearnedFiles.
@Suite final class LearnedFilesTests {
    let state = FileManager.default.temporaryDirectory
        .appending(path: "learned-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: state) }

    private func write(_ path: String) throws {
        let whole = URL(filePath: "\(state)/\(path)")
        try FileManager.default.createDirectory(
            at: whole.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: whole)
    }

    private func config() throws -> Config {
        let paths = Paths(stateDirectory: state, runtimeDirectory: nil)
        func entry(_ name: String) -> String {
            let key = X25519.publicKey(of: .random()).text
            return "[peer \(name)]\nkey = \(key)\npsk = file:\(name).psk\n"
        }
        let main = "[station]\nname = kitchen\n" + entry("office")
        return try Config(
            [
                ConfigSource(role: .main, path: "/etc/x.conf", bytes: Array(main.utf8)),
                ConfigSource(
                    role: .learned, path: "\(paths.learnedPeers)/garage.conf",
                    bytes: Array(entry("garage").utf8)),
            ], paths: paths)
    }

    private func left() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: state).sorted()
    }

    @Test func allIsForgottenButTheSecretsThatSettingsName() throws {
        for path in [
            "keys/identity", "keys/garage.psk", "keys/office.psk", "peers.d/garage.conf",
            "history", "history.1", "history.bad", "state",
        ] { try write(path) }
        try LearnedFiles.erase(config())
        #expect(try left() == ["keys", "keys/office.psk", "peers.d"])
        // Nothing is left to do, and that is no error.
        try LearnedFiles.erase(config())
        #expect(try left() == ["keys", "keys/office.psk", "peers.d"])
    }

    @Test func theKeysGoBeforeRecordingsThatCannotBeListed() throws {
        for path in ["keys/identity", "keys/garage.psk", "keys/office.psk"] { try write(path) }
        try write("recordings/0")
        for number in 1...10_000 {
            let path = "\(state)/recordings/\(number)"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
        }
        #expect(throws: (any Error).self) { try LearnedFiles.erase(config()) }
        #expect(try !left().contains("keys/identity"))
    }

    @Test func whereThereIsNothingNothingIsForgotten() throws {
        try LearnedFiles.erase(config())
        #expect(!FileManager.default.fileExists(atPath: state))
    }
}
