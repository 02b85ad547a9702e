internal import CLinux

/// Comparison in a time that does not depend on the contents.
enum ConstantTime {
    /// True when both spans hold the same bytes; the time depends on their sizes only.
    static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt32 = 0
        for i in left.indices { difference |= UInt32(left[i] ^ right[i]) }
        return secret_hide(difference) == 0
    }
}
