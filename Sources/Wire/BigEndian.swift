/// Fixed-width integers in network order, at a known offset.
///
/// Subscripts of `Span` are bounds-checked, so a wrong offset is a trap in a test and never a read
/// of foreign memory. Callers compare sizes before they read.
extension Span<UInt8> {
    package func uint16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    package func uint32(at offset: Int) -> UInt32 {
        UInt32(uint16(at: offset)) << 16 | UInt32(uint16(at: offset + 2))
    }

    package func uint64(at offset: Int) -> UInt64 {
        UInt64(uint32(at: offset)) << 32 | UInt64(uint32(at: offset + 4))
    }
}

extension MutableSpan<UInt8> {
    package mutating func write(_ value: UInt16, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    package mutating func write(_ value: UInt32, at offset: Int) {
        write(UInt16(truncatingIfNeeded: value >> 16), at: offset)
        write(UInt16(truncatingIfNeeded: value), at: offset + 2)
    }

    package mutating func write(_ value: UInt64, at offset: Int) {
        write(UInt32(truncatingIfNeeded: value >> 32), at: offset)
        write(UInt32(truncatingIfNeeded: value), at: offset + 4)
    }
}
