import Crypto
import Files
import Testing

@Suite struct PastedKeyTests {
    static let text = "intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp"

    @Test(arguments: [
        text, " \(text)\n", "\"\(text)\"", "'\(text)'", "\u{201c}\(text)\u{201d}",
        "key = \(text)", "Key=\(text)", "\(text),", "\(text).",
        text.uppercased(), "\(text.prefix(40))\r\n  \(text.dropFirst(40))",
    ])
    func whatWasPastedWithItIsPassedOver(pasted: String) throws {
        #expect(PastedKey(pasted) == .key(try #require(PublicKey(text: Self.text))))
    }

    @Test(arguments: [
        ("", "the key is empty"),
        (String(text.dropFirst(10).dropLast(5)), "that is the middle of a key"),
        (text.replacing("pnhjbg", with: "pnhjb"), "the key has 51 of 52 characters"),
        (text.replacing("pnhjbg", with: "pnhjbgg"), "the key has 53 characters"),
        (String(text.dropLast()), "the key has 3 of the 4 check letters"),
        (String(text.dropLast(5)), "the key has 0 of the 4 check letters"),
        (text.replacing("pnhjbg", with: "qnhjbg"), "the key has a typing error"),
        (text.replacing("sdyp", with: "sdyq"), "the key has a typing error"),
        (text.replacing("pnhjbg", with: "pnhjb1"), "the key has a character that no key has (1)"),
        ("6615 5028 5009 7032 9321 0175", "that is a fingerprint and not a key"),
        ("234a-d89b", "that is the short form of a key"),
        ("garage.local", "a key begins with intercom1:"),
        ("intercom1", "the key has 0 of 52 characters"),
        (":", "a key begins with intercom1:"),
        ("intercom1:::::", "the key has 0 of 52 characters"),
    ])
    func whatIsWrongIsSaid(pasted: String, complaint: String) {
        guard case .wrong(let what) = PastedKey(pasted) else {
            Issue.record("\(pasted) is taken for a key")
            return
        }
        #expect(what.hasPrefix(complaint), "\(what)")
    }

    @Test(arguments: [
        String(repeating: "5a", count: 32),
        "intercom-identity-1 \(String(repeating: "11", count: 32))",
    ])
    func aSecretIsNeverRepeated(pasted: String) {
        guard case .wrong(let what) = PastedKey(pasted) else {
            Issue.record("a secret is taken for a key")
            return
        }
        #expect(what.hasPrefix("that is a secret"))
        #expect(!what.contains("5a") && !what.contains("11"))
    }

    /// Any text gives a key or a complaint.
    @Test func anyOneCharacterWrongIsNoticed() {
        for place in Self.text.indices {
            for other in "a2:!\u{e9} " where other != Self.text[place] {
                var pasted = Self.text
                pasted.replaceSubrange(place...place, with: String(other))
                if case .key = PastedKey(pasted) { Issue.record("\(pasted) is taken for a key") }
            }
        }
    }
}
