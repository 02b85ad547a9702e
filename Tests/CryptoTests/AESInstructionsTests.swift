import Foundation
import Testing

@testable import Crypto

@Suite struct AESInstructionsTests {
    /// The kernel's list of abilities, `flags` on x86 and `Features` on ARM, names them `aes`.
    @Test func theyAreUsedWhereTheKernelNamesThem() throws {
        let lines = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            .split(separator: "\n")
        let abilities = try #require(
            lines.first { $0.hasPrefix("flags") || $0.hasPrefix("Features") })
        let isNamed = abilities.split { $0.isWhitespace }.contains("aes")
        #if arch(x86_64)
            #expect(AESInstructions.areUsed == isNamed)
        #else
            #expect(!AESInstructions.areUsed || isNamed)
        #endif
    }
}
