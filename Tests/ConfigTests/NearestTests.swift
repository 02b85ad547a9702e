import Testing

@testable import Config

@Suite struct NearestTests {
    @Test(arguments: [
        ("prot", "port"), ("Port", "port"), ("listne", "listen"), ("jitermax", "jitter-max"),
        ("stat", "state"), ("bitrat", "bitrate"),
    ])
    func aSlipFindsItsWord(_ written: String, _ meant: String) {
        let words = ["port", "listen", "jitter-max", "state", "bitrate", "dscp"]
        #expect(nearestWord(to: written, among: words) == meant)
    }

    @Test(arguments: ["", "x", "zebra", String(repeating: "port", count: 100)])
    func whatResemblesNothingIsNotGuessed(_ written: String) {
        #expect(nearestWord(to: written, among: ["port", "listen", "dscp"]) == nil)
        #expect(nearestWord(to: written, among: []) == nil)
    }

    @Test func distanceCountsSwapsOnce() {
        let cases = [
            ("", "", 0), ("a", "", 1), ("", "abc", 3), ("port", "prot", 1),
            ("kitten", "sitting", 3),
            ("abc", "ca", 3),
        ]
        for (left, right, distance) in cases {
            #expect(editDistance(Array(left.utf8), Array(right.utf8)) == distance)
            #expect(editDistance(Array(right.utf8), Array(left.utf8)) == distance)
        }
    }
}
