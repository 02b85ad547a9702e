import Crypto
import Testing
import Vectors

@Suite struct IdentityFileTests {
    static let digits = "00112233445566778899aabbccddeeff0123456789abcdef0123456789ABCDEF"
    static let text = "intercom-identity-1 " + digits + "\n"

    private func identity(_ text: String) throws(KeyFileError) -> String {
        try IdentityFile.parse(Array(text.utf8).span).hex
    }

    private func psk(_ text: String) throws(KeyFileError) -> String {
        try PSKFile.parse(Array(text.utf8).span).hex
    }

    @Test func fileIsReadAndWrittenAlike() throws {
        let key = try IdentityFile.parse(Array(Self.text.utf8).span)
        #expect(key.hex == Self.digits.lowercased())
        let written = filled(IdentityFile.size) { IdentityFile.write(key, into: &$0) }
        #expect(String(decoding: written, as: UTF8.self) == Self.text.lowercased())
    }

    @Test func finalLineFeedMayBeMissing() throws {
        #expect(try identity(String(Self.text.dropLast())) == Self.digits.lowercased())
        #expect(try psk(Self.digits) == Self.digits.lowercased())
    }

    @Test(arguments: ["", "\n", "intercom-identity-2 " + Self.digits, Self.digits + "\n"])
    func otherFilesAreRefused(text: String) {
        #expect(throws: KeyFileError.notAnIdentity) { try identity(text) }
    }

    @Test func wrongCountsAreRefused() {
        let prefix = "intercom-identity-1 "
        for text in [
            "", "\n", String(Self.digits.dropLast()), Self.digits + "0", Self.digits + "\n\n",
            Self.digits + "\r\n", " " + Self.digits,
        ] {
            #expect(throws: KeyFileError.digitCount) { try identity(prefix + text) }
            #expect(throws: KeyFileError.digitCount) { try psk(text) }
        }
    }

    @Test(arguments: 0..<64) func everyPositionMustBeADigit(position: Int) {
        var digits = Array(Self.digits)
        digits[position] = "g"
        #expect(throws: KeyFileError.notADigit) { try psk(String(digits)) }
    }

    @Test func pskFileIsReadAndWrittenAlike() throws {
        let key = try PSKFile.parse(Array((Self.digits + "\n").utf8).span)
        let written = filled(PSKFile.size) { PSKFile.write(key, into: &$0) }
        #expect(String(decoding: written, as: UTF8.self) == Self.digits.lowercased() + "\n")
    }

    @Test(arguments: [KeyFileError.notAnIdentity, .digitCount, .notADigit])
    func complaintsDoNotQuoteTheFile(error: KeyFileError) {
        #expect(!error.description.contains(Self.digits))
        #expect(!error.description.isEmpty)
    }
}
