import Foundation
import Testing

@testable import HAL

@Suite struct WirelessInterfaceTests {
    @Test func onlyWirelessOnesAreTaken() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("net-\(UInt32.random(in: 0...UInt32.max))")
        defer { try? FileManager.default.removeItem(at: root) }
        for folder in ["eth0", "nowlan0/phy80211", "nowlan1/wireless"] {
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent(folder), withIntermediateDirectories: true)
        }
        let state = root.appendingPathComponent("nowlan0/operstate")
        try "down\n".write(to: state, atomically: false, encoding: .utf8)
        let found = WirelessInterface.all(in: root.path)
        #expect(
            found == [
                WirelessInterface(name: "nowlan0", isUp: false, savesPower: nil),
                WirelessInterface(name: "nowlan1", isUp: nil, savesPower: nil),
            ])
    }

    @Test func aMachineWithoutAnyHasNone() {
        #expect(WirelessInterface.all(in: "/nowhere").isEmpty)
    }
}
