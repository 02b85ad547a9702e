internal import Wire

extension MutableSpan<UInt8> {
    /// Copies a field into its place.
    mutating func write(_ field: Span<UInt8>, at range: Range<Int>) {
        precondition(field.count == range.count)
        for i in field.indices { self[range.lowerBound + i] = field[i] }
    }
}

extension Span<UInt8> {
    /// The first eight bytes, big-endian.
    var leadingUInt64: UInt64 {
        var value: UInt64 = 0
        for i in 0..<8 { value = value << 8 | UInt64(self[i]) }
        return value
    }

    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for i in indices where self[i] != other[i] { return false }
        return true
    }
}

extension Capabilities {
    var encoded: InlineArray<16, UInt8> {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        write(into: &span)
        return bytes
    }
}
