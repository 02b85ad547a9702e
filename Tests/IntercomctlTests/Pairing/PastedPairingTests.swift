import Testing

@testable import Intercomctl

/// The words that people type and paste after `pair`.
@Suite struct PastedPairingTests {
    private func read(_ words: String...) -> PastedPairing { PastedPairing(words) }

    @Test func withoutWordsACodeIsShown() {
        #expect(read() == .nothing)
        #expect(read("sudo intercomctl pair") == .nothing)
    }

    @Test(arguments: [[""], [" "], ["\"\""], ["", ""]]) func anEmptyCodeIsNone(words: [String]) {
        #expect(PastedPairing(words) == .wrong("the code is empty"))
    }

    @Test(arguments: [
        ["7K9M-QX2W"], ["7k9m-qx2w"], ["7K9MQX2W"], ["7K9M", "QX2W"], ["\"7K9M-QX2W\""],
        ["7K9M\u{2011}QX2W"], ["7K9M\u{2013}QX2W."], ["“7K9M\u{2212}QX2W”"],
        ["\u{a0}7K9M QX2W\u{200b}"], ["7K9M\u{ad}QX2W"], ["intercomctl", "pair", "7K9M-QX2W"],
    ])
    func isACode(words: [String]) throws {
        let code = try #require(PastedPairing(words).code(at: nil))
        let kept = code.uppercased().filter { $0.isLetter || $0.isNumber }
        #expect(kept == "7K9MQX2W")
    }

    @Test(arguments: [
        ["192.0.2.7", "7K9M-QX2W"], ["7K9M-QX2W", "192.0.2.7"], ["192.0.2.7", "7K9M", "QX2W"],
        ["7K9M", "QX2W", "192.0.2.7"], ["sudo intercomctl pair 192.0.2.7 7K9M-QX2W"],
        ["    intercomctl", "pair", "192.0.2.7", "7K9M-QX2W"], ["'192.0.2.7'", "7K9M-QX2W,"],
        ["pair 192.0.2.7 7K9M-QX2W"], ["$ sudo intercomctl pair 192.0.2.7 7K9M\u{2010}QX2W"],
    ])
    func isAHostAndACode(words: [String]) throws {
        let code = try #require(PastedPairing(words).code(at: "192.0.2.7"))
        #expect(code.filter { $0.isLetter || $0.isNumber } == "7K9MQX2W")
    }

    @Test func digitsAndHostsMayLookAlike() {
        #expect(read("garage", "012", "345") == .code("012 345", host: "garage"))
        #expect(read("012", "345") == .code("012 345", host: nil))
        #expect(read("012345", "ab") == .code("012345", host: "ab"))
        #expect(read("ab", "012345") == .code("012345", host: "ab"))
        #expect(read("192.0.2.7:4000", "012345") == .code("012345", host: "192.0.2.7:4000"))
        #expect(read("[2001:db8::1]:4000", "012345") == .code("012345", host: "[2001:db8::1]:4000"))
        #expect(read("2001:db8::1", "012345") == .code("012345", host: "2001:db8::1"))
    }

    /// Both words have eight characters of codes.
    @Test func whatIsWrittenAsCodesAreShownIsTheCode() {
        #expect(read("basement", "7K9M-QX2W") == .code("7K9M-QX2W", host: "basement"))
        #expect(read("7K9M-QX2W", "basement") == .code("7K9M-QX2W", host: "basement"))
        #expect(read("basement", "7k9mqx2w") == .code("7k9mqx2w", host: "basement"))
        #expect(read("basement") == .code("basement", host: nil))
    }

    @Test func aHostAloneLacksTheCode() {
        #expect(
            read("garage.local")
                == .host(
                    "garage.local",
                    "\"garage.local\" is no code: the character . does not occur in codes"))
        for host in ["garage", "garage-2", "cellar-pi4", "pi4", "192.0.2.7", "my-pi4", "KITCHEN"] {
            guard case .host(host, _) = read(host) else {
                Issue.record("\(read(host))")
                continue
            }
        }
        #expect(read("-") == .host(nil, nil))
        #expect(read("garage", "-") == .host("garage", nil))
    }

    @Test(arguments: [
        (["garage", "7K9M-QX2"], "\"7K9M-QX2\" is no code: it has 7 of 8 characters"),
        (["7K9M-QX2", "garage.local"], "\"7K9M-QX2\" is no code: it has 7 of 8 characters"),
        (["garage", "7K9M-UX2W"], "the character U does not occur in codes"),
        (["garage", "12345"], "\"12345\" is no code: it has 5 of 6 digits"),
        (["garage", "7K9M-QX2WW"], "it has 9 characters, and a code has 8, or 6 digits"),
        (
            ["7K9M-QX2"],
            "\"7K9M-QX2\" is no code: it has 7 of 8 characters; for a host: pair HOST CODE"
        ),
        (["ABC-DEF"], "\"ABC-DEF\" is no code: it has 6 of 8 characters; for a host: pair HOST"),
        (["AAAA"], "\"AAAA\" is no code: it has 4 of 8 characters; for a host: pair HOST CODE"),
        (["7K9MQX2"], "\"7K9MQX2\" is no code: it has 7 of 8 characters; for a host: pair HOST"),
        (["7K9MX-QX2W"], "it has 9 characters"), (["7K9-QX2W"], "it has 7 of 8 characters"),
        (["1234-5678-9"], "\"1234-5678-9\" is no code: "), (["12345"], "it has 5 of 6 digits"),
        (["192.0.2.999", "7K9M-QX2W"], "\"192.0.2.999\" is no address: pair HOST CODE"),
        (["a", "b", "7K9M-QX2W"], "pair HOST CODE"), (["7K9M-QX2W", "a", "b"], "pair HOST CODE"),
        (["a", "b", "-"], "pair HOST CODE"),
        (["a b", "c d e"], "is no code"), (["\u{1b}[2J"], "is no code"),
    ])
    func whatIsWrongIsSaidExactly(words: [String], complaint: String) {
        guard case .wrong(let text) = PastedPairing(words) else {
            Issue.record("\(words): \(PastedPairing(words))")
            return
        }
        #expect(text.contains(complaint), "\(text)")
        #expect(!text.contains("\u{1b}"))
    }

    @Test func randomWordsAreReadWithoutAnEnd() {
        let pieces = [
            "7K9M", "-", "QX2W", "012", "345", "garage", ".", ":", "[", "]", " ", "intercomctl",
            "pair", "\"", "\u{2013}", "\u{0}", "é", "U", "sudo", ",", "\u{1F600}",
        ]
        for seed in 0..<3000 {
            var number = seed &* 7919 &+ 13
            var words: [String] = []
            for _ in 0..<(seed % 5 + 1) {
                var word = ""
                for _ in 0..<(seed % 4 + 1) {
                    number = (number &* 1_103_515_245 &+ 12345) & 0x7FFF_FFFF
                    word += pieces[(number >> 8) % pieces.count]
                }
                words.append(word)
            }
            guard case .code(let code, let host) = PastedPairing(words) else { continue }
            // A text that is taken for a code is read as the same code again.
            #expect(PastedPairing([code]).code(at: nil) != nil, "\(words), \(host ?? "no host")")
        }
    }
}

extension PastedPairing {
    /// The code, where it is with this host.
    fileprivate func code(at wanted: String?) -> String? {
        if case .code(let code, host: wanted) = self { code } else { nil }
    }
}
