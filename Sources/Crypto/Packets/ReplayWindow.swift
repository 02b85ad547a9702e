/// Remembers which counters of one session were opened (protocol.md §2.1, RFC 6479).
///
/// A ring of 1024 + 64 bits. The word of the newest counter also has bits of later ones, so the
/// ring has one word more than the window, and moving forward clears whole words.
public struct ReplayWindow: Sendable {
    public static let size = 1024

    private static let wordCount = size / 64 + 1

    /// The highest counter accepted, or -1.
    public private(set) var highest: Int64 = -1

    private var seen = InlineArray<17, UInt64>(repeating: 0)

    public init() {}

    /// The counter congruent to `low` mod 2¹⁶ that is nearest to the next expected one.
    ///
    /// It lies above highest + 1 - 2¹⁵ and at most at highest + 1 + 2¹⁵; nil when that is negative,
    /// or 2²² and above.
    public func reconstruct(_ low: UInt16) -> UInt64? {
        let expected = highest + 1
        var ahead = Int64(low &- UInt16(truncatingIfNeeded: expected))
        if ahead > 1 << 15 { ahead -= 1 << 16 }
        let counter = expected + ahead
        guard counter >= 0, counter < Int64(FrameSeal.counterLimit) else { return nil }
        return UInt64(counter)
    }

    /// Accepts each counter at most once, and none older than the window.
    ///
    /// Call only after authentication: a forged counter must not move the window.
    public mutating func accept(_ counter: UInt64) -> Bool {
        precondition(counter < FrameSeal.counterLimit)
        let position = Int64(counter)
        if position > highest {
            // From -1 the shift keeps the sign, so the first word counts as not yet reached.
            let steps = min(Int(position >> 6 - highest >> 6), ReplayWindow.wordCount)
            for step in 0..<steps { seen[word(of: position - Int64(step) * 64)] = 0 }
            highest = position
        } else if highest - position >= Int64(ReplayWindow.size) {
            return false
        }
        let bit: UInt64 = 1 << (counter & 63)
        let word = word(of: position)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private func word(of position: Int64) -> Int {
        Int(position >> 6) % ReplayWindow.wordCount
    }
}
