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

    @Test(
        arguments: [
            ("LimitRTPRIO = 70", "70"), ("\tLimitRTPRIO=\t60:70 \r", "60:70"),
            ("LimitRTPRIO=\\\n 70", "70"), ("LimitRTPRIO \\\n# =5\n; no\n = 70", "70"),
            ("LimitRTPRIO=\\", ""), ("; LimitRTPRIO=70", nil), (" #LimitRTPRIO=70", nil),
            ("Description=a \\\nLimitRTPRIO=70", nil), ("LimitRTPRIO=1\nLimitRTPRIO=2", "2"),
            ("LimitRTPRIO", nil), ("", nil),
        ] as [(String, String?)])
    func settingsAreReadAsSystemdReadsThem(text: String, value: String?) {
        var facts = UnitFacts(hasSystemd: true, path: "/u", isEnabled: true)
        facts.settings = UnitFacts.settings(of: Array(text.utf8))
        #expect(facts["LimitRTPRIO"] == value)
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
        try write(
            "[Service]\nLimitRTPRIO=70\n#LimitMEMLOCK=1\n",
            "usr/lib/systemd/system/intercomd.service")
        var facts = UnitFacts(root: root.path)
        #expect(facts.hasSystemd && !facts.isEnabled)
        #expect(facts["LimitRTPRIO"] == "70" && facts["LimitMEMLOCK"] == nil)
        try write("[Service]\nLimitRTPRIO=5\n", "etc/systemd/system/intercomd.service")
        try write("LimitMEMLOCK=infinity\n", "etc/systemd/system/intercomd.service.d/x.conf")
        try write("", "etc/systemd/system/multi-user.target.wants/intercomd.service")
        facts = UnitFacts(root: root.path)
        #expect(
            facts.isEnabled && facts.path == "\(root.path)/etc/systemd/system/intercomd.service")
        #expect(facts["LimitRTPRIO"] == "5" && facts["LimitMEMLOCK"] == "infinity")
    }
}
