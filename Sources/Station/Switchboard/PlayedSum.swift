internal import Wire

/// How much more a listener has played of one of our streams, from the sums that it reports
/// (protocol.md §2.4).
struct PlayedSum: Sendable {
    /// A sum that lies behind by so many ms arrived after later ones.
    private static let lateMost: UInt16 = 5_000

    /// The last one, in ms modulo 2^16; nil where it is not known.
    private var total: UInt16?

    /// The listener, or this station, has started again: both count from 0.
    mutating func begin() { total = 0 }

    /// The listener may have counted anew meanwhile.
    mutating func forget() { total = nil }

    /// Milliseconds played since the last sum; reports that were lost between them are in it.
    mutating func grow(to played: Heard.Played) -> UInt16 {
        guard let before = total else {
            total = played.total
            return played.ms
        }
        let since = played.total &- before
        let behind = before &- played.total
        // Half of the circle is 32 s.
        guard since > .max / 2 else {
            total = played.total
            return since
        }
        guard behind > Self.lateMost else { return 0 }
        total = played.total
        return played.ms
    }
}
