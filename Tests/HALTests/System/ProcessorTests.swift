import Testing

@testable import HAL

@Suite struct ProcessorTests {
    @Test(
        arguments: [
            ("processor\t: 0\nflags\t\t: fpu vme aes avx\n", true),
            ("processor\t: 0\nflags\t\t: fpu vme avx aesni\n", false),
            // A Raspberry Pi 5: it has AES, but the library does not use it.
            ("processor\t: 0\nFeatures\t: fp asimd aes pmull\n", false),
            ("", false),
        ])
    func onlyWhatTheLibraryUsesCounts(information: String, hasAES: Bool) {
        #expect(Processor.has(flag: "aes", in: Array(information.utf8)) == hasAES)
    }
}
