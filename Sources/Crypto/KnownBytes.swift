/// The keys and seeds of the test vectors, which are no secrets.
package enum KnownBytes {
    /// A key of one byte, 32 times.
    package static func key(_ byte: UInt8) -> Key { Key { fill(&$0, byte) } }

    /// Writes a byte 32 times, and the next byte 32 times where there is more room.
    package static func fill(_ bytes: inout MutableSpan<UInt8>, _ byte: UInt8) {
        for place in bytes.indices { bytes[place] = byte + UInt8(place / 32) }
    }
}
