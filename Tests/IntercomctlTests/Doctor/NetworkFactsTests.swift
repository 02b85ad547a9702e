import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct NetworkFactsTests {
    private func interface(
        _ name: String, _ address: String? = nil, isUp: Bool = true, isRunning: Bool = true
    ) -> NetworkInterface {
        NetworkInterface(
            name: name, isUp: isUp, isRunning: isRunning, isLoopback: name == "lo",
            addresses: [address.flatMap { SocketAddress(host: $0, port: 0) }].compactMap { $0 })
    }

    private func facts(_ interfaces: [NetworkInterface]) -> NetworkFacts {
        NetworkFacts(interfaces: [interface("lo", "127.0.0.1")] + interfaces)
    }

    @Test func aCableThatIsOutIsAFailureAndIsNamed() {
        #expect(
            lines(.network, facts([interface("eth0", "192.0.2.5", isRunning: false)]).report(to:))
                == [
                    "FAIL network eth0 has no link: its cable or switch is out"
                        + " -> plug the cable in at both ends",
                    "ok network eth0 192.0.2.5, no link",
                ])
        // Another way is there: nothing is wrong.
        let both = [interface("eth0", isRunning: false), interface("wlan0", "192.0.2.6")]
        #expect(lines(.network, facts(both).report(to:)) == ["ok network wlan0 192.0.2.6"])
    }

    @Test func anAddressOfAnotherKindThanThePeersIsNone() {
        var facts = facts([interface("eth0", "fe80::1%1")])
        #expect(verdicts(.network, facts.report(to:)).allSatisfy { $0 == .ok })
        let peer = SocketAddress(parsing: "192.0.2.9:5577")!
        facts.ways = [.init(peer: "garage", address: peer, source: nil)]
        let found = lines(.network, facts.report(to:))
        #expect(found[0].hasPrefix("FAIL network eth0 has no address that reaches a peer"))
        #expect(found.last?.hasPrefix("FAIL network route no route to garage at 192.0.2.9") == true)
    }

    @Test func anAddressOfTheSettingsThatIsGoneIsAFailure() {
        var facts = facts([interface("eth0", "10.9.9.77")])
        facts.listen = SocketAddress(host: "10.9.9.1", port: 0)
        #expect(
            lines(.network, facts.report(to:))[0]
                == "FAIL network this machine has no longer the address 10.9.9.1, at "
                + "which alone it listens -> have the router give that address again, or set "
                + "another `listen` in [network]")
    }

    @Test func peersOnThisMachineNeedNoRoute() {
        var facts = facts([interface("eth0", "192.0.2.5")])
        let peer = SocketAddress(parsing: "127.0.0.1:5577")!
        facts.ways = [.init(peer: "garage", address: peer, source: nil)]
        #expect(diagnosis(.network, facts.report(to:)).checks.count == 1)
    }
}
