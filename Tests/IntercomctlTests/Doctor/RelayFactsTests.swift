import Foundation
import Testing

@testable import Intercomctl

@Suite struct RelayFactsTests {
    func facts(
        relays: Bool = true, keeps: Bool? = true, systemd: Bool = true, unit: Bool = true
    ) -> [String] {
        var facts = RelayFacts()
        (facts.hasRelays, facts.keepsOutputs) = (relays, keeps)
        (facts.hasSystemd, facts.switchesOff) = (systemd, unit)
        return diagnosis(.gpio, facts.report(to:)).checks.map {
            "\($0.verdict.rawValue) \($0.fix ?? "")"
        }
    }

    @Test func aKernelThatKeepsOutputsIsToldOf() {
        #expect(facts() == ["ok "])
        #expect(facts(unit: false)[0].hasPrefix("warn ExecStopPost=-intercomd --relays-off"))
        #expect(facts(systemd: false)[0].hasPrefix("warn intercomd --relays-off after"))
    }

    @Test func whereNothingIsKeptOrThereIsNoRelayNothingIsSaid() {
        #expect(facts(relays: false) == [])
        #expect(facts(keeps: false) == [])
        #expect(facts(keeps: nil) == [])
    }

    @Test func itIsReadFromTheKernelAndTheUnit() throws {
        let root = NSTemporaryDirectory() + "relay-facts-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        func put(_ text: String, _ path: String) throws {
            let folder = (root + path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try text.write(toFile: root + path, atomically: true, encoding: .utf8)
        }
        #expect(RelayFacts(hasRelays: true, root: root).keepsOutputs == nil)
        let parameter = "/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"
        try put("N\n", parameter)
        #expect(RelayFacts(hasRelays: true, root: root).keepsOutputs == false)
        try put("Y\n", parameter)
        try put("", "/run/systemd/system/x")
        var facts = RelayFacts(hasRelays: true, root: root)
        #expect(facts.keepsOutputs == true && facts.hasSystemd && !facts.switchesOff)
        try put(
            "[Service]\nExecStopPost = -intercomd --relays-off\n",
            "/etc/systemd/system/intercomd.service")
        facts = RelayFacts(hasRelays: true, root: root)
        #expect(facts.switchesOff)
    }
}
