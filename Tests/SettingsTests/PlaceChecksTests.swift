import Config
import Files
import Foundation
import Testing

@Suite struct PlaceChecksTests {
    private func mistakes(
        onEvent path: String, of folder: String = "/nowhere"
    ) throws -> [String] {
        let text = "[station]\nname = kitchen\n[events]\non-event = \(path)\n"
        let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        return PlaceChecks.mistakes(in: try Config([source], paths: paths), of: folder)
            .map { $0.description }
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
                == ["x.conf:4: on-event: \(hook) cannot be run: sudo chmod 755 \(hook)"])
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        #expect(try mistakes(onEvent: hook) == [])
        for (text, reason) in [
            ("echo ring\n", "the first line of \(hook) is to be #!/bin/sh"),
            ("#!/bin/sh\r\necho ring\r\n", "\(hook) has the line ends of Windows: sed -i"),
            ("#! /nowhere/python3 -u\n", "\(hook) names an interpreter that is not there"),
        ] {
            try text.write(toFile: hook, atomically: false, encoding: .utf8)
            #expect(try mistakes(onEvent: hook)[0].contains("on-event: \(reason)"))
        }
        #expect(try mistakes(onEvent: "/bin/true") == [])
        #expect(try mistakes(onEvent: folder.path).count == 1)
        #expect(try mistakes(onEvent: "/run/user/1000/hook")[0].contains("cannot see /run/user"))
    }
    @Test func aPeersFileOfAnotherNameIsTold() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("peers-\(UInt32.random(in: 0...UInt32.max))")
        let peers = folder.appendingPathComponent("peers.d")
        try FileManager.default.createDirectory(at: peers, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in [
            "garage", "attic.conf.txt", "DEN.CONF", "hall.conf", "mill.conf.off", "yard.conf~",
            ".pool.conf.swp", "README.txt",
        ] {
            try "".write(
                toFile: "\(peers.path)/\(name)", atomically: false, encoding: .utf8)
        }
        let rule = "not read: the name of a peer's file ends with .conf; call it"
        #expect(
            try mistakes(onEvent: "none", of: folder.path) == [
                "\(peers.path)/DEN.CONF:1: \(rule) den.conf",
                "\(peers.path)/attic.conf.txt:1: \(rule) attic.conf",
                "\(peers.path)/garage:1: \(rule) garage.conf",
            ])
    }

    @Test func theNearestLineIsFoundWhateverItsCaseAndBlanks() {
        let names = ["GPIO1", "GPIO17", "TXD1"]
        func nearest(_ line: String) -> String? { PlaceChecks.nearestLine(to: line, among: names) }
        #expect(nearest("gpio 17") == "GPIO17" && nearest("gpio17") == "GPIO17")
        #expect(nearest("GPIO18") == "GPIO1" && nearest("txd0") == "TXD1")
        #expect(nearest("PA3") == nil)
    }
}
