/// How much a speaker's card is given when the loop is woken.
enum Refill {
    /// Whole periods to give now.
    ///
    /// Where the speaker wakes the loop, all that fit: had the first samples of a period been
    /// given early, its end would not wake us. Where another card does, one period is due each
    /// time. The two may run apart, and the wake may be early or late by a little: so there are
    /// none only when less than 0.4 of a period is due, and two from 1.6 on. What lies between the
    /// two bounds keeps a card that stands at one of them from being given two and none by turns.
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
