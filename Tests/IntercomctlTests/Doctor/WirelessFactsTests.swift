import HAL
import Testing

@testable import Intercomctl

@Suite struct WirelessFactsTests {
    func checks(_ interfaces: [WirelessInterface]) -> [String] {
        lines(.wifi) { reportWiFi(interfaces, to: &$0) }
    }

    @Test func powerSaveIsAWarningWithItsCommand() {
        #expect(
            checks([WirelessInterface(name: "wlan0", isUp: true, savesPower: true)]) == [
                "WARN wifi wlan0 power save is on: expect drop-outs"
                    + " -> sudo iw dev wlan0 set power_save off"
            ])
    }

    @Test func allElseIsWell() {
        #expect(checks([]) == ["ok wifi no Wi-Fi interface"])
        let found = checks([
            WirelessInterface(name: "a", isUp: true, savesPower: false),
            WirelessInterface(name: "b", isUp: false, savesPower: true),
            WirelessInterface(name: "c", isUp: nil, savesPower: nil),
        ])
        #expect(
            found == [
                "ok wifi a power save is off", "ok wifi b not in use",
                "ok wifi c the driver does not say whether power save is on"
                    + " -> iw dev c get power_save",
            ])
    }
}
