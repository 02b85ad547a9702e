/// The number by which a relay is requested (SIGNAL `arg`, protocol.md §2.4).
public enum RelayNumber {
    /// FNV-1a (32 bits) of the name's bytes, its four bytes XORed: the name alone gives the number,
    /// whatever the order of the relays there.
    public static func of(_ name: String) -> UInt8 {
        var hash: UInt32 = 0x811c_9dc5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return UInt8(truncatingIfNeeded: hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24)
    }
}
