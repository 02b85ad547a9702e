internal import Time

/// How many datagrams are read: so many at once, and as many in each second.
struct Budget {
    static let perSecond = 100

    private var spent = 0
    private var since: Instant?

    /// Takes one; false when there are none left.
    mutating func takes(at now: Instant) -> Bool {
        if since.map({ now >= $0 + .seconds(1) }) ?? true {
            since = now
            spent = 0
        }
        guard spent < Self.perSecond else { return false }
        spent += 1
        return true
    }
}
