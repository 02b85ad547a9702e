import Foundation
import Testing

@testable import HAL

@Suite struct NetworkInterfaceTests {
    private func interface(
        _ name: String, _ addresses: [String] = [], isUp: Bool = true, isRunning: Bool = true,
        hasDefaultRoute: Bool = false, hasDevice: Bool = false
    ) -> NetworkInterface {
        NetworkInterface(
            name: name, isUp: isUp, isRunning: isRunning, isLoopback: name == "lo",
            canMulticast: true,
            addresses: addresses.compactMap { SocketAddress(host: $0, port: 0) },
            hasDefaultRoute: hasDefaultRoute, hasDevice: hasDevice)
    }

    @Test func theLoopbackIsThereWithItsAddressAndIsNoWayOut() throws {
        let all = try #require(NetworkInterface.all())
        let own = try #require(all.first { $0.isLoopback })
        #expect(own.name == "lo")
        #expect(own.addresses.allSatisfy { $0.isLoopback })
        #expect(NetworkFault([own], for: [.ipv4]) == .noInterface)
    }

    @Test func whatIsWrongIsNamedByTheInterfaceThatMatters() {
        let bridge = interface("br0", ["192.0.2.1"], isRunning: false)
        let off = interface("wlan0", isUp: false, isRunning: false)
        #expect(NetworkFault([off], for: [.ipv4]) == .down("wlan0"))
        let unplugged = interface("eth0", ["192.0.2.5"], isRunning: false)
        #expect(NetworkFault([bridge, off, unplugged], for: [.ipv4]) == .noCarrier("eth0"))
        let bare = interface("eth0", ["fe80::1%1"])
        #expect(NetworkFault([bridge, off, bare], for: [.ipv4]) == .noAddress("eth0"))
        #expect(NetworkFault([bridge, off, bare], for: [.ipv4, .ipv6]) == nil)
        #expect(NetworkFault([interface("eth0", ["192.0.2.5"]), off], for: [.ipv4]) == nil)
        #expect(NetworkFault([interface("lo", ["127.0.0.1"])], for: [.ipv4]) == .noInterface)
    }

    @Test func whatProgramsHaveMadeIsNoNetwork() {
        let made = [
            interface("docker0", ["172.17.0.1"]), interface("veth1a2b", ["fe80::2%2"]),
            interface("wg0", ["10.8.0.2"]), interface("tailscale0", ["100.64.0.3"]),
            interface("br-0123456789ab", ["172.18.0.1"]),
        ]
        let unplugged = interface("eth0", ["192.0.2.5"], isRunning: false)
        #expect(NetworkFault(made + [unplugged], for: [.ipv4, .ipv6]) == .noCarrier("eth0"))
        #expect(NetworkFault(made + [interface("eth0", ["192.0.2.5"])], for: [.ipv4]) == nil)
        // A bridge or a VLAN may be the LAN; and where there is nothing else, a tunnel is.
        #expect(NetworkFault([unplugged, interface("br0", ["192.0.2.5"])], for: [.ipv4]) == nil)
        #expect(NetworkFault([interface("wg0", ["10.8.0.2"])], for: [.ipv4]) == nil)
        #expect(interface("wgwifi", hasDevice: true).kind == .hardware)
        #expect(interface("eth0.7").kind == .other && interface("br-lan").kind == .other)
    }

    @Test func anAddressThatTheMachineHasNoLongerIsNamed() {
        let eth0 = interface("eth0", ["10.9.9.77"])
        func fault(_ listen: String, _ all: [NetworkInterface]) -> NetworkFault? {
            NetworkFault(all, for: [.ipv4], listen: SocketAddress(host: listen, port: 5577))
        }
        #expect(fault("10.9.9.1", [eth0]) == .lostListen("10.9.9.1"))
        #expect(fault("10.9.9.77", [eth0]) == nil && fault("127.0.0.1", [eth0]) == nil)
        let out = interface("eth0", isRunning: false)
        #expect(fault("10.9.9.1", [out]) == .noCarrier("eth0"))
    }

    @Test func hardwareAndTheDefaultRouteComeFirst() {
        let made = (1...9).map { interface("veth\($0)", ["fe80::\($0)%1"]) }
        let all =
            made + [
                interface("eth0.7", ["192.0.2.7"]), interface("lan", ["192.0.2.8"]),
                interface("eth0", ["192.0.2.5"]),
                interface("wlan0", ["192.0.2.6"], hasDefaultRoute: true),
            ]
        #expect(
            NetworkInterface.ranked(all).prefix(4).map { $0.name }
                == ["wlan0", "eth0", "eth0.7", "lan"])
        let found = NetworkInterface.neighbourly(all, from: nil)
        #expect(found.used.count == 8 && found.used[1].name == "eth0")
        #expect(found.leftOut.map { $0.name } == (5...9).map { "veth\($0)" })
        // A bridge with the default route is the LAN, whatever number of cables it has.
        let cables = (0..<8).map { interface("eth\($0)", ["fe80::\($0)%1"]) }
        let bridge = interface("lan", ["192.0.2.8"], hasDefaultRoute: true)
        #expect(NetworkInterface.neighbourly(cables + [bridge], from: nil).used[0] == bridge)
    }

    @Test func defaultRoutesAreReadFromTheKernelsTables() {
        let route = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
            """
        let zeros = String(repeating: "0", count: 32)
        let route6 = """
            fe800000000000000000000000000000 40 \(zeros) 00 \(zeros) 00000100 1 0 00000001     wlan0
            \(zeros) 00 \(zeros) 00 fe800000000000000000000000000001 00000400 1 0 00000003     eth1
            """
        #expect(
            DefaultRoutes.interfaces(Array(route.utf8), Array(route6.utf8)) == ["wlan0", "eth1"])
        #expect(DefaultRoutes.interfaces([], []) == [])
    }
}

@Suite struct WirelessInterfaceTests {
    @Test func onlyWirelessOnesAreTaken() throws {
        let root = TemporaryFolder()
        for folder in ["eth0", "nowlan0/phy80211", "nowlan1/wireless"] {
            try FileManager.default.createDirectory(
                atPath: root.path(folder), withIntermediateDirectories: true)
        }
        try Data("down\n".utf8).write(to: URL(filePath: root.path("nowlan0/operstate")))
        #expect(
            WirelessInterface.all(in: root.path) == [
                WirelessInterface(name: "nowlan0", isUp: false, savesPower: nil),
                WirelessInterface(name: "nowlan1", isUp: nil, savesPower: nil),
            ])
        #expect(WirelessInterface.all(in: "/nowhere").isEmpty)
    }
}
