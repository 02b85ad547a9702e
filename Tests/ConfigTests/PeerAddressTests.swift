import Testing

@testable import Config

@Suite struct PeerAddressTests {
    @Test(arguments: [
        ("garage", "garage:5577"), ("garage.local:6000", "garage.local:6000"),
        ("192.168.1.30", "192.168.1.30:5577"), ("192.168.1.30:1", "192.168.1.30:1"),
        ("2001:db8::1", "[2001:db8::1]:5577"), ("::1", "[::1]:5577"),
        ("223.0.0.1", "223.0.0.1:5577"),
        ("[2001:db8::1]:6000", "[2001:db8::1]:6000"), ("[2001:db8::1]", "[2001:db8::1]:5577"),
        ("[2001:db8::1:5577]", "[2001:db8::1:5577]:5577"),
        ("fe80::1%eth0", "[fe80::1%eth0]:5577"), ("::ffff:192.0.2.1", "[::ffff:192.0.2.1]:5577"),
        ("::ffff:c000:201", "[::ffff:c000:201]:5577"),
        ("1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:5577"), ("1::8", "[1::8]:5577"),
        ("3com.example", "3com.example:5577"), ("pi4", "pi4:5577"),
    ])
    func isOne(text: String, shown: String) {
        #expect(PeerAddress(text: text)?.description == shown)
    }

    /// The C library would read some of these as other addresses than the person means.
    @Test(arguments: [
        ("192.168.1", "four numbers"), ("192.168.1.300", "four numbers"), ("10", "four numbers"),
        ("1.2.3.4.5", "four numbers"), ("garage.300", "four numbers"),
        ("", "is missing"), ("2001:db8::1:5577", "[2001:db8::1]:5577, or [2001:db8::1:5577]"),
        ("2001:db8", "four numbers"), ("1:2:3", "not an IPv6"), ("1::2::3", "not an IPv6"),
        ("12345::1", "not an IPv6"), ("[::1", "closing"), ("[1:2]:3", "brackets"),
        ("[::1]x", "[ADDRESS]:PORT"), ("garage:0", "1 to 65535"), ("garage:65536", "1 to 65535"),
        ("a b", "not a host"), ("-a", "not a host"), ("::1%", "not an IPv6"),
        ("1:2:3:4:5:6:7:8:9", "not an IPv6"), ("::1.2.3.256", "not an IPv6"),
        ("0.0.0.0", "single"), ("255.255.255.255:5577", "single"), ("224.0.0.1", "single"),
        ("::", "single"), ("[::]:5577", "single"), ("[ff02::1%eth0]:5577", "single"),
        ("FF05::2", "single"), ("[::ffff:0.0.0.0]", "single"), ("::ffff:224.0.0.1", "single"),
        ("::%lo", "single"), ("::0.0.0.0", "single"), ("::5577", "single"),
        ("::ffff:e000:1", "single"), ("::FFFF:0:1", "single"),
        ("2001:db8::5577", "[2001:db8::]:5577"),
    ])
    func isNone(text: String, complaint: String) {
        #expect(PeerAddress(text: text) == nil)
        #expect(PeerAddress.complaint(about: text)?.contains(complaint) == true)
    }
}
