internal import Seeds
internal import Wire

/// Chance that is the same in every run of a seed.
package final class Dice {
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    package func next() -> UInt64 { generator.next() }

    package func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

    package func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    package func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(number(in: range))
    }

    /// Whether it is one of so many in a hundred.
    package func percent(_ share: Int) -> Bool { below(100) < share }

    package func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    /// Bytes that look random, for whoever draws them one after another.
    package var source: (inout MutableSpan<UInt8>) -> Void {
        { bytes in self.fill(&bytes) }
    }

    package func fill(_ bytes: inout MutableSpan<UInt8>) {
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: next() >> 24) }
    }
}
