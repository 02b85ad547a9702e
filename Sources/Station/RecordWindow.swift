/// Remembers which records of a peer were acted on, by their numbers (protocol.md §2.4).
///
/// Numbers go up by one. A number below the window is refused for ever, and not only for as long as
/// anyone remembers it; so whoever holds a repeat back cannot wait until it counts again.
struct RecordWindow {
    /// How far a number may lie behind the highest one.
    ///
    /// A peer has 64 records on their way at most.
    static let size: Int32 = 256

    /// The highest number seen; nil before the first one.
    private var highest: UInt32?
    /// Bit `number mod 256`, of the numbers in the window.
    private var seen = InlineArray<4, UInt64>(repeating: 0)

    /// Notes a number, which may wrap around.
    ///
    /// - Returns: whether it is new.
    mutating func accept(_ number: UInt32) -> Bool {
        let former = highest ?? number
        let ahead = Int32(bitPattern: number &- former)
        guard ahead > -Self.size else { return false }
        if ahead > 0 || highest == nil {
            // What comes into the window has not been seen.
            for step in 0..<min(ahead, Self.size) { clear(number &- UInt32(step)) }
            highest = number
        }
        let (word, bit) = Self.place(of: number)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private mutating func clear(_ number: UInt32) {
        let (word, bit) = Self.place(of: number)
        seen[word] &= ~bit
    }

    private static func place(of number: UInt32) -> (word: Int, bit: UInt64) {
        (Int(number >> 6 & 3), 1 << UInt64(number & 63))
    }
}
