import Testing
import Vectors

@testable import Crypto

@Suite struct MLKEM768SpongeTests {
    static func hash(_ function: Sponge.Function, _ input: [UInt8], count: Int) -> [UInt8] {
        var sponge = Sponge()
        var output = [UInt8](repeating: 0, count: count)
        var span = output.mutableSpan
        sponge.start(function)
        sponge.absorb(input.span)
        sponge.squeeze(into: &span)
        return output
    }

    /// NIST's examples for the empty input and for 200 bytes of 0xA3 (CSRC "Examples with
    /// intermediate values", SHA-3), which ends inside a block of every function.
    @Test(
        arguments: [
            (.sha3_256, 0, "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
            (.sha3_256, 200, "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787"),
            (
                .sha3_512, 0,
                "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
                    + "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"
            ),
            (.shake128, 0, "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"),
            (.shake256, 0, "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"),
        ] as [(Sponge.Function, Int, String)])
    func hashesAreThoseOfTheStandard(function: Sponge.Function, count: Int, hex: String) {
        let wanted = [UInt8](hex: hex)
        let input = [UInt8](repeating: 0xA3, count: count)
        #expect(Self.hash(function, input, count: wanted.count) == wanted)
    }

    @Test(arguments: [Sponge.Function.sha3_256, .sha3_512, .shake128, .shake256])
    func itDoesNotMatterHowTheInputIsCut(function: Sponge.Function) {
        for size in [0, 1, 7, 8, 9, 71, 72, 73, 135, 136, 137, 167, 168, 169, 336, 400] {
            let input = (0..<size).map { UInt8($0 & 0xFF) }
            var sponge = Sponge()
            sponge.start(function)
            for byte in input { sponge.absorb(byte) }
            var output = [UInt8](repeating: 0, count: 64)
            var span = output.mutableSpan
            sponge.squeeze(into: &span)
            #expect(output == Self.hash(function, input, count: 64), "\(size) bytes")
        }
    }
}
