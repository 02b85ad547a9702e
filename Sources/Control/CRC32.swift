/// The CRC-32 of IEEE 802.3, as gzip and PNG have it (RFC 1952 §8).
///
/// It finds damage by a failing disk or a power cut; it does not protect against an attacker.
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
