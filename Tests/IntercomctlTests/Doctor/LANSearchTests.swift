import Config
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct LANSearchTests {
    private func settings(_ lines: String) throws -> Config.Network {
        let text = "[station]\nname = kitchen\n[network]\n\(lines)\n"
        let source = ConfigSource(role: .main, path: "x", bytes: Array(text.utf8))
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        return try Config([source], paths: paths).network
    }

    private func interface(
        _ name: String, _ address: String, isRunning: Bool = true, canMulticast: Bool = true
    ) -> NetworkInterface {
        NetworkInterface(
            name: name, index: 1, isUp: true, isRunning: isRunning, isLoopback: name == "lo",
            canMulticast: canMulticast,
            addresses: [address].compactMap { SocketAddress(host: $0, port: 0) }, prefixes: [120])
    }

    @Test func withoutAnInterfaceThatHasNeighboursNobodyIsFound() throws {
        let none = [
            interface("lo", "127.0.0.1", canMulticast: false),
            interface("tun0", "192.0.2.1", canMulticast: false),
            interface("eth0", "192.0.2.2", isRunning: false),
        ]
        let search = try LANSearch(settings(""), none)
        #expect(search == .noInterface)
        #expect(verdicts(.network) { search?.report(to: &$0) } == [.warn])
        // The one address of the settings is that of another interface.
        let other = try LANSearch(settings("listen = 192.0.2.9"), [interface("eth0", "192.0.2.2")])
        #expect(other == .noInterface)
    }

    @Test func theSettingsMayForbidIt() throws {
        let eth0 = [interface("eth0", "192.0.2.2")]
        #expect(try LANSearch(settings("discovery = no"), eth0) == .off)
        #expect(verdicts(.network, LANSearch.off.report(to:)) == [.ok])
        // A station that listens to this machine alone finds nobody, and that is meant.
        #expect(try LANSearch(settings("listen = 127.0.0.1"), eth0) == nil)
    }

    @Test func aPortThatCannotBeOpenedIsAWarningWithItsReason() {
        let error = SystemError(operation: "open UDP port 5353 on eth0", errno: 98)
        let blocked = lines(.network, LANSearch.blocked(error).report(to:))[0]
        #expect(blocked.hasPrefix("WARN"))
        #expect(blocked.contains("peers are not found: open UDP port 5353 on eth0"))
        let all = LANSearch.on(["eth0", "wlan0"])
        #expect(lines(.network, all.report(to:))[0].contains("on eth0, wlan0"))
        let some = lines(.network, LANSearch.on(["eth0"], leftOut: ["veth8", "veth9"]).report(to:))
        #expect(some[0].hasSuffix("on eth0 (UDP 5353, multicast), not on veth8, veth9"))
    }
}
