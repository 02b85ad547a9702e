internal import Audio

extension FuzzTarget {
    /// A WAV file, in parts of any length.
    static let wav = FuzzTarget(name: "wav") { bytes, isPlanted in
        let whole = samples(of: bytes, part: max(1, bytes.count), isPlanted)
        precondition(samples(of: bytes, part: 7, isPlanted) == whole, "the parts matter")
    }

    /// How many samples there are, and how it ended.
    private static func samples(
        of bytes: Span<UInt8>, part: Int, _ isPlanted: Bool
    ) -> [UInt64] {
        var reader = WAVReader()
        var count: UInt64 = 0
        var isWhole = true
        do throws(WAVProblem) {
            var start = 0
            while start < bytes.count {
                let end = min(start + part, bytes.count)
                try reader.add(bytes.extracting(start..<end)) { _ in count += 1 }
                start = end
            }
            try reader.finish()
            planted(isPlanted, at: count == 3)
        } catch { isWhole = false }
        precondition(count <= UInt64(bytes.count))
        return [count, isWhole ? 1 : 0]
    }
}
