/// The samples that the speaker's card gets when the loop is woken.
enum Refill {
    /// Whole periods to give now.
    ///
    /// Where the speaker wakes the loop, all that fit: had the first samples of a period been
    /// given early, its end would not wake us. If another card wakes the loop, one period is due at
    /// each wake. The two cards may drift apart, and a wake may come a little early or late. So the
    /// speaker gets nothing only if less than 0.4 of a period is due, and two periods only from 1.6
    /// on. The gap between these limits keeps a speaker near one of them from getting two periods
    /// and none in turn.
    ///
    /// - Parameters:
    ///   - available: Samples the card has room for.
    ///   - spare: Of these, so many as are not to be filled.
    ///   - period: Samples of a period.
    ///   - isMaster: The card itself has woken the loop.
    /// - Returns: Samples.
    static func samples(available: Int, spare: Int, period: Int, isMaster: Bool) -> Int {
        let due = available - spare
        guard due > 0 else { return 0 }
        if isMaster { return due / period * period }
        let bound = period * 2 / 5
        guard due >= bound else { return 0 }
        let wanted = max(1, (due + bound) / period)
        return min(wanted, available / period) * period
    }
}
