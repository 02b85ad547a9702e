internal import CLinux

/// Comparison that tells an outsider nothing by its duration.
enum ConstantTime {
    /// True when both spans hold the same bytes; only their sizes may show in the time.
    static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt32 = 0
        for i in left.indices { difference |= UInt32(left[i] ^ right[i]) }
        return secret_hide(difference) == 0
    }
}
