internal import CLinux

/// Comparison in a time that does not depend on the contents.
enum ConstantTime {
    /// True when both spans hold the same bytes; the time depends on their sizes only.
    static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt32 = 0
        for i in left.indices { difference |= UInt32(left[i] ^ right[i]) }
        return secret_is_zero(difference)
    }

    /// Declares bytes known from here on, which the check of constant time cannot know.
    ///
    /// What a message says decides what is done, and no key is ever in one. Compiles to nothing.
    static func disclose(_ bytes: Span<UInt8>) {
        // SAFETY: in the check it reads no memory.
        unsafe bytes.withUnsafeBytes { unsafe secret_declassify($0.baseAddress, $0.count) }
    }
}
