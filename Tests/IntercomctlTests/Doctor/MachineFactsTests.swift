import Foundation
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct MachineFactsTests {
    @Test func aUnitMustBeThereAndEnabledUnlessThereIsNoSystemd() {
        let fix = "-> sudo systemctl enable intercomd"
        for (hasSystemd, path, isEnabled, line) in [
            (false, nil, false, "ok service no systemd here: intercomd is started by other means"),
            (true, nil, false, "WARN service there is no unit intercomd.service"),
            (true, "/u", true, "ok service /u, enabled"),
            (true, "/u", false, "WARN service /u is not enabled: nothing starts it at boot \(fix)"),
        ] as [(Bool, String?, Bool, String)] {
            let facts = UnitFacts(hasSystemd: hasSystemd, path: path, isEnabled: isEnabled)
            #expect(lines(.service, facts.report(to:))[0].hasPrefix(line))
        }
    }

    @Test func theAdministratorsUnitWins() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("unit-\(UInt32.random(in: 0...UInt32.max))")
        defer { try? FileManager.default.removeItem(at: root) }
        func write(_ name: String) throws {
            let url = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try "".write(to: url, atomically: false, encoding: .utf8)
        }
        #expect(UnitFacts(root: root.path).path == nil)
        try write("run/systemd/system/.keep")
        try write("usr/lib/systemd/system/intercomd.service")
        var facts = UnitFacts(root: root.path)
        #expect(facts.hasSystemd && !facts.isEnabled && facts.path != nil)
        try write("etc/systemd/system/intercomd.service")
        try write("etc/systemd/system/multi-user.target.wants/intercomd.service")
        facts = UnitFacts(root: root.path)
        #expect(
            facts.isEnabled && facts.path == "\(root.path)/etc/systemd/system/intercomd.service")
    }

    @Test func aSelfTestIsGoodOnlyIfItEndsWithoutAFailure() {
        func check(_ outcome: SystemProgram.Outcome, _ program: String? = "/bin/d") -> Check {
            diagnosis(.selfTest) { reportSelfTest(of: program, { _ in outcome }, to: &$0) }
                .checks[0]
        }
        #expect(check(.ended(status: 0)).verdict == .ok)
        for status in [1, 2, 132] { #expect(check(.ended(status: status)).verdict == .fail) }
        #expect(check(.hung).verdict == .fail)
        #expect(check(.ended(status: 1)).fix == "/bin/d --self-test")
        let error = SystemError(operation: "run /bin/d", errno: 2)
        #expect(check(.notStarted(error)).verdict == .warn)
        #expect(check(.hung, nil).verdict == .warn)
    }

    @Test func powerSaveIsAWarningWithItsCommand() {
        func checks(_ interfaces: [WirelessInterface]) -> [String] {
            lines(.wifi) { reportWiFi(interfaces, to: &$0) }
        }
        let awake = [
            WirelessInterface(name: "a", isUp: true, savesPower: false),
            WirelessInterface(name: "b", isUp: false, savesPower: true),
            WirelessInterface(name: "c", isUp: nil, savesPower: nil),
        ]
        for well in [[], awake] {
            #expect(checks(well) == ["ok wifi no Wi-Fi interface is known to save power"])
        }
        #expect(
            checks(awake + [WirelessInterface(name: "wlan0", isUp: true, savesPower: true)]) == [
                "WARN wifi wlan0 power save is on: expect drop-outs"
                    + " -> sudo iw dev wlan0 set power_save off"
            ])
    }

    @Test func theStateNeedsRoomThatIsWrittenAndLasts() {
        func found(
            _ free: UInt64, isReadOnly: Bool = false, _ kind: DiskSpace.Kind = .lasting
        ) -> String {
            let space = DiskSpace(freeBytes: free, isReadOnly: isReadOnly, kind: kind)
            return lines(.disk, DiskFacts(path: "/s", space: space).report(to:))[0]
        }
        #expect(found(100 << 20) == "ok disk 100 MB free at /s")
        #expect(found(15 << 20).hasPrefix("WARN disk 15 MB free"))
        #expect(found(1 << 40, isReadOnly: true).hasPrefix("WARN disk /s is read"))
        #expect(found(1 << 30, .memory).hasPrefix("WARN disk /s is in memory: after a restart"))
        #expect(found(1 << 30, .overlay).hasPrefix("WARN disk /s is on an overlay: if that is"))
        for (errno, verdict) in [(2, Check.Verdict.warn), (13, .ok)] as [(Int32, Check.Verdict)] {
            let fault = SystemError(operation: "x", errno: errno)
            #expect(verdicts(.disk, DiskFacts(path: "/s", fault: fault).report(to:)) == [verdict])
        }
    }
}
