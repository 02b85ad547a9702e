import Testing

@testable import HAL

@Suite struct NetworkInterfaceTests {
    private func interface(
        _ name: String, _ addresses: [String] = [], isUp: Bool = true, isRunning: Bool = true
    ) -> NetworkInterface {
        NetworkInterface(
            name: name, isUp: isUp, isRunning: isRunning, isLoopback: name == "lo",
            addresses: addresses.compactMap { SocketAddress(host: $0, port: 0) })
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

    @Test func everyFaultHasWords() {
        let faults: [NetworkFault] = [
            .noInterface, .down("eth0"), .noCarrier("eth0"), .noCarrier("wlan0"),
            .noAddress("eth0"),
        ]
        #expect(Set(faults.map(\.text)).count == faults.count)
        #expect(faults.allSatisfy { !$0.fix.isEmpty })
    }

    @Test func theWatchTellsNothingWhereNothingChanges() throws {
        let watch = try NetworkWatch()
        // Takes the changes from before the test.
        _ = watch.hasChanged()
        #expect(!watch.hasChanged() || !watch.hasChanged() || !watch.hasChanged())
    }
}
