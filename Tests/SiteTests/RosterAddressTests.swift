import Crypto
import Testing

@testable import Peering

@Suite struct RosterAddressTests {
    @Test(arguments: [
        "garage", "garage.local", "a_b-c.d", "192.0.2.7", "192.0.2.7:65535", "garage:1",
        "2001:db8::7", "::1", "[2001:db8::7]", "[fe80::1%eth0]:5577", "fe80::1%wlan0.5",
        "::ffff:192.0.2.7",
    ])
    func whatIsAnAddressIsTaken(_ text: String) {
        #expect(RosterAddress.isOne(text))
    }

    @Test(arguments: [
        "", "*", "a$(id)", ":65536", "garage:0", "garage:05577", "garage:65536", "garage:", "a b",
        "-garage", ".local", "a,b", "a/b", "[::1", "[::1]5577", "[garage]:5577", "::1%",
        "::1%0123456789abcdef", "fe80::g", "gärtner", "a\u{7f}", "a\nb",
        String(repeating: "a", count: 254),
    ])
    func whatIsNoneIsRefused(_ text: String) {
        #expect(!RosterAddress.isOne(text))
    }

    /// As in a pairing (protocol.md §4.1): no session could be with such a station.
    @Test func aKeyOfLowOrderAndASecondFormOfAKeyAreRefused() {
        func station(_ key: [UInt8]) -> Roster.Station? {
            Roster.Station(name: "garage", key: PublicKey(bytes: key.span))
        }
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(station(zeros) == nil)
        #expect(station([1] + zeros.dropFirst()) == nil)
        #expect(station([9] + zeros.dropFirst()) != nil)
        #expect(station([9] + zeros.dropFirst(2) + [0x80]) == nil)
    }
}
