import Audio

/// Counts what becomes of the words of a talk while it is played block by block.
struct Tally {
    private let talk: Talk
    /// The duration of a block, ms.
    private let block: Double
    private var delays: [Double] = []
    private var (played, missed) = (0.0, 0.0)
    private var (run, longestRun) = (0.0, 0.0)
    private var next: Int64?
    private var before = ReceptionTotals()

    init(_ talk: Talk, block: Double) {
        self.talk = talk
        self.block = block
    }

    /// How much of a frame is words, 0...1.
    private func words(in number: Int64) -> Double {
        // The first frame of all has the number that the sequence 0 stands for.
        talk.words[Int(number & 0xFFFF_FFFF) % talk.words.count]
    }

    /// Counts one block.
    ///
    /// - Parameters:
    ///   - heard: Whether there was any sound in this block.
    ///   - now: The frame to be decoded after this block.
    ///   - totals: Of the buffer after this block.
    ///   - delay: Of what this block played, ms.
    mutating func add(_ heard: Bool, next now: Int64, totals: ReceptionTotals, delay: Double) {
        // Before the first word there is nothing to miss; after it silence is a gap too.
        guard heard || next != nil else { return }
        let invented = heard ? Double(totals.concealedMs - before.concealedMs) : block
        let skipped = Double(totals.skippedMs - before.skippedMs)
        let last = next ?? now
        played += words(in: last - 1) * block
        if words(in: last - 1) >= 0.5 { delays.append(delay) }
        // Sound may be invented for two blocks at once.
        run = now == last ? run + invented : invented
        longestRun = max(longestRun, run)
        missed += invented * (words(in: last - 1) + words(in: last)) / 2
        missed += skipped * words(in: now - 2)
        next = now
        before = totals
    }

    func figures(minutes: Double) -> TraceFigures {
        let sorted = delays.sorted()
        var figures = TraceFigures()
        figures.meanDelay = delays.reduce(0, +) / Double(max(1, delays.count))
        figures.p95Delay = sorted.isEmpty ? 0 : sorted[(sorted.count - 1) * 95 / 100]
        figures.concealedPercent = missed / max(1, played) * 100
        figures.longestConcealed = longestRun
        figures.stretchedPerMinute = Double(before.stretchedMs) / minutes
        return figures
    }
}
