import VirtualTime

/// A source of "random" bytes: first those that a test has prepared, by their sizes, then bytes
/// that only look random.
final class ScriptedRandom {
    private var script: [[UInt8]]
    private let rest: Dice

    init(_ script: [[UInt8]] = [], then seed: UInt64 = 1) {
        self.script = script
        rest = Dice(seed: seed)
    }

    func fill(_ bytes: inout MutableSpan<UInt8>) {
        guard let next = script.first, next.count == bytes.count else { return rest.fill(&bytes) }
        script.removeFirst()
        for i in bytes.indices { bytes[i] = next[i] }
    }
}
