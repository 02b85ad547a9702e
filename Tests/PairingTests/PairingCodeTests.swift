import Testing

@testable import Peering

@Suite struct PairingCodeTests {
    /// As it is used, or nil for what is none.
    private func read(_ typed: String) -> String? {
        guard let code = try? PairingCode(typed: typed) else { return nil }
        return String(decoding: code.bytes.indices.map { code.bytes[$0] }, as: UTF8.self)
    }

    @Test func codesAreReadAsTheVectorsSay() throws {
        let file = try PairingVector.file()
        for (typed, expected) in zip(file.inputs.codes.map(\.typed), file.codes) {
            #expect(read(typed) == expected, "\(typed)")
        }
    }

    @Test(arguments: [PairingCode.random().shown, PairingCode.randomDigits().shown])
    func whatIsShownIsReadAgain(shown: String) throws {
        #expect(try PairingCode(typed: shown).shown == shown)
        #expect(try PairingCode(typed: shown.lowercased()).shown == shown)
    }

    @Test func freshCodesDiffer() {
        let codes = Set((0..<100).map { _ in PairingCode.random().shown })
        #expect(codes.count == 100)
        #expect(codes.allSatisfy { $0.count == 9 && $0.contains("-") })
        #expect(PairingCode.randomDigits().shown.count == 7)
    }

    /// Somebody knows nothing of the digits, and so is right as often as chance says.
    @Test func allDigitsAreEquallyLikelyAtEachPlace() {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 6)
        for _ in 0..<20_000 {
            let code = PairingCode.randomDigits()
            for place in 0..<6 { counts[place][Int(code.bytes[place]) - 48] += 1 }
        }
        // 2,000 each; seven standard deviations are 297.
        for place in counts { for count in place { #expect(abs(count - 2000) < 297) } }
    }

    @Test(arguments: [
        ("", "it is empty"), (" - ", "it is empty"),
        ("7K9MQX2", "it has 7 of 8 characters"), ("12345", "it has 5 of 6 digits"),
        ("7K9MQX2WW", "it has 9 characters, and a code has 8, or 6 digits"),
        ("1234567", "it has 7 of 8 characters"),
        ("7K9MQX", "it has 6 of 8 characters"),
        ("7K9MQX2U", "the character U does not occur in codes"),
        ("7K9M_QX2W", "the character _ does not occur in codes"),
        ("１２３４５６", "it has a character that no code has"),
    ])
    func whatIsNoCodeIsRefusedWithTheReason(typed: String, reason: String) {
        #expect(read(typed) == nil)
        do {
            _ = try PairingCode(typed: typed)
        } catch {
            #expect(error.description == reason)
        }
    }
}
