import Testing
import Wire

@testable import Peering

@Suite struct LinkTests {
    @Test func aNeighbourHasAnAddressOfTheNetwork() {
        let link = place(7)
        #expect(link.isOnLink(host(1)) && link.isOnLink(host(254)))
        let next = Endpoint(high: 0, low: 0xFFFF_C000_0301, port: 5353)
        #expect(!link.isOnLink(next))
        let wide = LinkAddresses(wired, [OwnAddress(host(7), prefix: 96 + 16)])
        #expect(wide.isOnLink(next))
        #expect(!LinkAddresses(wired, []).isOnLink(host(1)))
    }

    @Test func ofIPv6AlsoALinkLocalAddressIsANeighbours() {
        let link = LinkAddresses(
            wiredIPv6,
            [OwnAddress(Endpoint(high: 0x2001_0DB8_0000_0001, low: 7, port: 0), prefix: 64)])
        #expect(link.isOnLink(linkLocal(9)))
        #expect(link.isOnLink(Endpoint(high: 0x2001_0DB8_0000_0001, low: ~0, port: 5353)))
        #expect(!link.isOnLink(Endpoint(high: 0x2001_0DB8_0000_0002, low: 7, port: 5353)))
        #expect(!link.isOnLink(Endpoint(high: 0xFEC0 << 48, low: 7, port: 5353)))
        // The other family's are not heard on this link.
        #expect(!link.isOnLink(host(7)) && !place(7).isOnLink(linkLocal(9)))
    }

    @Test(arguments: [0, 1, 63, 64, 65, 127, 128]) func prefixesOfAllLengthsCount(prefix: Int) {
        let own = OwnAddress(Endpoint(high: ~0, low: ~0, port: 0), prefix: prefix)
        for bit in 0..<128 {
            let one = UInt64(1) << UInt64(63 - bit % 64)
            let other = Endpoint(high: bit < 64 ? ~one : ~0, low: bit < 64 ? ~0 : ~one, port: 0)
            #expect(own.isNeighbour(of: other) == (bit >= prefix), "bit \(bit)")
        }
    }
}
