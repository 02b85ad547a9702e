import Testing

@testable import HAL

@Suite struct SocketAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", 5577, "192.0.2.1:5577"), ("::1", 5577, "[::1]:5577"),
            ("2001:db8::17", 1, "[2001:db8::17]:1"), ("fe80::1%lo", 65535, "[fe80::1%lo]:65535"),
            ("0.0.0.0", 9, "0.0.0.0:9"),
        ] as [(String, UInt16, String)])
    func printsWhatItParses(_ host: String, _ port: UInt16, _ text: String) {
        let address = SocketAddress(host: host, port: port)
        #expect(address?.host == host && address?.description == text)
    }

    @Test func ipv4IsHeldMapped() throws {
        let address = try #require(SocketAddress(host: "192.0.2.1", port: 5577))
        #expect(address.high == 0)
        #expect(address.low == 0xffff_c000_0201)
        #expect(address.port == 5577)
        #expect(address.family == .ipv4)
        #expect(SocketAddress(host: "::ffff:192.0.2.1", port: 5577) == address)
    }

    @Test func ipv6KeepsAllItsBytes() throws {
        let address = try #require(SocketAddress(host: "2001:db8:1:2:3:4:5:6", port: 80))
        #expect(address.high == 0x2001_0db8_0001_0002)
        #expect(address.low == 0x0003_0004_0005_0006)
        #expect(address.family == .ipv6)
        #expect(SocketAddress(host: "fe80::1%lo", port: 80)?.scope == 1)
        #expect(SocketAddress(host: "fe80::1%7", port: 80)?.scope == 7)
    }

    @Test(arguments: [
        "", "192.0.2", "192.0.2.1:80", "[::1]", "kitchen", "fe80::1%nosuch", "2001:db8::1%lo",
        "::1 ",
    ])
    func refuses(_ host: String) { #expect(SocketAddress(host: host, port: 5577) == nil) }
}

@Suite struct NameLookupTests {
    @Test func aNameThatIsInAFileIsFoundAndAnUnknownOneIsNamed() throws {
        guard case .found(let local) = NameLookup("localhost").answer(within: .seconds(30))
        else {
            Issue.record("localhost is unknown")
            return
        }
        #expect(local.allSatisfy { $0.isLoopback && $0.port == 0 })
        guard case .failed(let error) = NameLookup("no such host").answer(within: .seconds(30))
        else {
            Issue.record("it is found")
            return
        }
        #expect(error.description.hasPrefix("address of no such host: "))
    }
}
