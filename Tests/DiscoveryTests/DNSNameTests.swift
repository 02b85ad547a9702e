import Testing

@testable import Peering

@Suite struct DNSNameTests {
    @Test func caseDoesNotMatter() {
        #expect(DNSName(Array("LOCAL".utf8), in: DNSName()) == DNSName("local"))
        // Letters alone: the bytes beside them differ by the same bit.
        #expect(
            DNSName(Array("@[".utf8), in: DNSName()) != DNSName(Array("`{".utf8), in: DNSName()))
    }

    @Test func theServicesHaveTheNamesOfTheProtocol() {
        #expect(ServiceInstance.stations.bytes == bytes(labels("_intercomd", "_udp", "local"), [0]))
        #expect(
            ServiceInstance.pairings.bytes
                == bytes(labels("_intercomd-pair", "_tcp", "local"), [0]))
    }
}
