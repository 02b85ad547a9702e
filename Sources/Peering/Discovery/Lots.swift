internal import Time

/// Draws lots from unpredictable bytes.
struct Lots {
    let random: (inout MutableSpan<UInt8>) -> Void

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        random(&span)
        return bytes
    }

    func number() -> UInt64 { bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// A number from 0 on, below the bound.
    ///
    /// The bounds are so small that the remainder favours no number noticeably.
    func below(_ bound: Int) -> Int { Int(number() % UInt64(bound)) }

    func time(in range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + below(range.count))
    }

    /// Eight characters of base32 (RFC 4648 §6): 40 random bits.
    func label() -> [UInt8] { bytes(8).map { Self.alphabet[Int($0 & 31)] } }
}
