import Crypto
import Testing
import Vectors

@Suite struct SHA256Tests {
    // FIPS 180-4's examples, as NIST publishes them.
    static let examples = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test(arguments: examples) func hashesTheStandardsExamples(text: String, digest: String) {
        #expect(SHA256.hash(Array(text.utf8).span).hex == digest)
    }

    @Test func partsMakeTheWhole() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let whole = SHA256.hash(bytes.span).hex
        for cut in [0, 1, 63, 64, 65, 128, 299, 300] {
            let first = bytes.span.extracting(0..<cut)
            let second = bytes.span.extracting(cut..<300)
            #expect(SHA256.hash(first, second).hex == whole, "cut at \(cut)")

            var hash = SHA256()
            hash.update(first)
            hash.update(second)
            #expect(hash.finish().hex == whole, "cut at \(cut)")
        }
    }
}
