/// The CRC-32 of IEEE 802.3, as gzip and PNG have it (RFC 1952 §8).
///
/// It tells a line that a failing disk or a cut has changed; nothing against a person who writes.
enum CRC32 {
    static func of(_ bytes: Span<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xffff_ffff
        for index in bytes.indices {
            crc ^= UInt32(bytes[index])
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
