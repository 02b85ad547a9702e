import Crypto
import Testing
import Vectors

@Suite struct RandomTests {
    @Test(arguments: [1, 7, 256, 257, 5000]) func everyByteIsFilled(size: Int) {
        // A byte that is never written would stay zero in all of 16 rounds.
        var seen = [UInt8](repeating: 0, count: size)
        for _ in 0..<16 {
            let bytes = filled(size) { Random.fill(&$0) }
            for i in 0..<size { seen[i] |= bytes[i] }
        }
        #expect(!seen.contains(0))
    }
}
