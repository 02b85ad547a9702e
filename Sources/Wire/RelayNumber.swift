/// By what number a relay is asked for (SIGNAL `arg`, protocol.md §2.4).
public enum RelayNumber {
    /// The name's bytes, FNV-1a of 32 bits, its four bytes XORed: whoever knows the name knows it,
    /// in whatever order the relays stand there.
    public static func of(_ name: String) -> UInt8 {
        var hash: UInt32 = 0x811c_9dc5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return UInt8(truncatingIfNeeded: hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24)
    }
}
