import Testing

@testable import HAL

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "192.0.2.1:5577", "[::1]:5577", "[2001:db8::17]:1", "[fe80::1%lo]:65535", "0.0.0.0:9",
    ])
    func printsWhatItParses(_ text: String) {
        #expect(SocketAddress(parsing: text)?.description == text)
    }

    @Test func ipv4IsHeldMapped() throws {
        let address = try #require(SocketAddress(parsing: "192.0.2.1:5577"))
        #expect(address.high == 0)
        #expect(address.low == 0xffff_c000_0201)
        #expect(address.port == 5577)
        #expect(address.family == .ipv4)
        #expect(SocketAddress(parsing: "[::ffff:192.0.2.1]:5577") == address)
    }

    @Test func ipv6KeepsAllItsBytes() throws {
        let address = try #require(SocketAddress(parsing: "[2001:db8:1:2:3:4:5:6]:80"))
        #expect(address.high == 0x2001_0db8_0001_0002)
        #expect(address.low == 0x0003_0004_0005_0006)
        #expect(address.family == .ipv6)
        #expect(SocketAddress(parsing: "[fe80::1%lo]:80")?.scope == 1)
        #expect(SocketAddress(parsing: "[fe80::1%7]:80")?.scope == 7)
    }

    @Test func defaultPortStandsInForAMissingOne() {
        func parsed(_ text: String) -> String? {
            SocketAddress(parsing: text, defaultPort: 5577)?.description
        }
        #expect(parsed("192.0.2.1") == "192.0.2.1:5577")
        #expect(parsed("192.0.2.1:80") == "192.0.2.1:80")
        #expect(parsed("::1") == "[::1]:5577")
        #expect(parsed("[::1]") == "[::1]:5577")
    }

    @Test(arguments: [
        "", ":5577", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:+5",
        "192.0.2:5577", "[::1:5577", "[::1]5577", "::1:5577", "[]:5577", "kitchen:5577",
        "[fe80::1%nosuch]:5577", "[2001:db8::1%lo]:5577", "192.0.2.1:005577", "[::1]:5577 ",
    ])
    func refuses(_ text: String) {
        #expect(SocketAddress(parsing: text) == nil)
    }

    @Test func splitLeavesNamesUnresolved() throws {
        let full = try #require(SocketAddress.split("frontdoor.local:5578"))
        #expect(full == ("frontdoor.local", 5578))
        #expect(try #require(SocketAddress.split("frontdoor.local")) == ("frontdoor.local", nil))
    }
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
