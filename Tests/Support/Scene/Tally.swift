import Audio

/// Counts what becomes of the words of a talk while it is played block by block.
struct Tally {
    private let talk: Talk
    private var delays: [Double] = []
    private var (played, missed) = (0.0, 0.0)
    private var (run, longestRun) = (0.0, 0.0)
    private var next: Int64?
    private var before = ReceptionTotals()

    init(_ talk: Talk) { self.talk = talk }

    /// How much of a frame is words, 0...1.
    private func words(in number: Int64) -> Double {
        // The first frame of all has the number that the sequence 0 stands for.
        talk.words[Int(number & 0xFFFF_FFFF) % talk.words.count]
    }

    /// - Parameters:
    ///   - heard: Whether there was any sound in this block.
    ///   - next: The frame to be decoded after this block.
    ///   - totals: Of the buffer after this block.
    ///   - delay: Of what this block played, ms.
    mutating func add(_ heard: Bool, next now: Int64, totals: ReceptionTotals, delay: Double) {
        // Before the first word there is nothing to miss; after it silence is a gap too.
        guard heard || next != nil else { return }
        let invented = heard ? Double(totals.concealedMs - before.concealedMs) : 10
        let skipped = Double(totals.skippedMs - before.skippedMs)
        let last = next ?? now
        played += words(in: last - 1) * 10
        if words(in: last - 1) >= 0.5 { delays.append(delay) }
        run = invented > 0 ? run + invented : 0
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
