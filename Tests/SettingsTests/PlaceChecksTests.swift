import Config
import Foundation
import Settings
import Testing

@Suite struct PlaceChecksTests {
    private func mistakes(onEvent path: String) throws -> [String] {
        let text = "[station]\nname = kitchen\n[events]\non-event = \(path)\n"
        let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        return PlaceChecks.mistakes(in: try Config([source], paths: paths)).map { $0.description }
    }

    @Test func aHookThatCannotRunIsToldBeforeItIsNeeded() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("hook-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hook = folder.appendingPathComponent("hook").path
        #expect(try mistakes(onEvent: "none") == [])
        #expect(
            try mistakes(onEvent: hook) == ["x.conf:4: on-event: there is no program \(hook)"])
        try "#!/bin/sh\n".write(toFile: hook, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: hook)
        #expect(
            try mistakes(onEvent: hook)
                == ["x.conf:4: on-event: \(hook) cannot be run: chmod 755 \(hook)"])
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        #expect(try mistakes(onEvent: hook) == [])
        #expect(try mistakes(onEvent: folder.path).count == 1)
        #expect(try mistakes(onEvent: "/run/user/1000/hook")[0].contains("cannot see /run/user"))
    }
}
