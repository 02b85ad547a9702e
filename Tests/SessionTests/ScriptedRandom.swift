/// A source of "random" bytes that gives out what a test has prepared, in order.
final class ScriptedRandom {
    private var script: [[UInt8]]

    init(_ script: [[UInt8]]) { self.script = script }

    var isUsedUp: Bool { script.isEmpty }

    func fill(_ bytes: inout MutableSpan<UInt8>) {
        let next = script.isEmpty ? [] : script.removeFirst()
        precondition(next.count == bytes.count, "asked for \(bytes.count), has \(next.count)")
        for i in bytes.indices { bytes[i] = next[i] }
    }
}
