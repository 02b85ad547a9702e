import Testing

@testable import Pairing

@Suite struct PairingCodeTests {
    @Test func codesAreReadAsTheVectorsSay() throws {
        let file = try PairingVector.file()
        for (typed, expected) in zip(file.inputs.codes.map(\.typed), file.codes) {
            let code = PairingCode(typed: typed)
            #expect(
                code.map { String(decoding: $0.bytes, as: UTF8.self) } == expected, "\(typed)")
        }
    }

    @Test func whatIsShownIsReadAgain() {
        for code in [PairingCode.random(), PairingCode.randomDigits()] {
            #expect(PairingCode(typed: code.shown) == code)
            #expect(PairingCode(typed: code.shown.lowercased()) == code)
        }
    }

    @Test func freshCodesDiffer() {
        let codes = Set((0..<100).map { _ in PairingCode.random().shown })
        #expect(codes.count == 100)
        #expect(codes.allSatisfy { $0.count == 9 && $0.contains("-") })
        #expect(PairingCode.randomDigits().shown.count == 7)
    }

    @Test(arguments: ["", "7K9MQX2", "7K9MQX2WW", "12345", "7K9MQX2U", "7K9M_QX2W", "１２３４５６"])
    func whatIsNoCodeIsRefused(typed: String) {
        #expect(PairingCode(typed: typed) == nil)
    }
}
