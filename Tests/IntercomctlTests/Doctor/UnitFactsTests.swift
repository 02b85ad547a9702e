import Foundation
import Testing

@testable import Intercomctl

@Suite struct UnitFactsTests {
    @Test func aUnitMustBeThereAndEnabledUnlessThereIsNoSystemd() {
        let none = UnitFacts(hasSystemd: false, path: nil, isEnabled: false)
        #expect(verdicts(.service, none.report(to:)) == [.ok])
        #expect(
            lines(.service, UnitFacts(hasSystemd: true, path: nil, isEnabled: false).report(to:))[0]
                .hasPrefix("WARN service there is no unit intercomd.service"))
        #expect(
            lines(.service, UnitFacts(hasSystemd: true, path: "/u", isEnabled: false).report(to:))
                == [
                    "WARN service /u is not enabled: nothing starts it at boot"
                        + " -> sudo systemctl enable intercomd"
                ])
        #expect(
            lines(.service, UnitFacts(hasSystemd: true, path: "/u", isEnabled: true).report(to:))
                == ["ok service /u, enabled"])
    }

    @Test func theAdministratorsUnitAndDropInsWin() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("unit-\(UInt32.random(in: 0...UInt32.max))")
        defer { try? FileManager.default.removeItem(at: root) }
        func write(_ text: String, _ name: String) throws {
            let url = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
        #expect(UnitFacts(root: root.path).path == nil)
        try write("", "run/systemd/system/.keep")
        try write("[Service]\n\tA=70 \r\n#B=1\n", "usr/lib/systemd/system/intercomd.service")
        var facts = UnitFacts(root: root.path)
        #expect(facts.hasSystemd && !facts.isEnabled)
        #expect(facts.lines == ["[Service]", "A=70", "#B=1"])
        try write("[Service]\nA=5\n", "etc/systemd/system/intercomd.service")
        try write("B=2\n", "etc/systemd/system/intercomd.service.d/x.conf")
        try write("", "etc/systemd/system/multi-user.target.wants/intercomd.service")
        facts = UnitFacts(root: root.path)
        #expect(
            facts.isEnabled && facts.path == "\(root.path)/etc/systemd/system/intercomd.service")
        #expect(facts.lines == ["[Service]", "A=5", "B=2"])
    }
}
