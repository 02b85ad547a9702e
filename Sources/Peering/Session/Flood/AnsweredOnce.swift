internal import Crypto

/// The M1 with a cookie that were answered: each is answered once (protocol.md §1.6).
///
/// Therefore a copy from the forged address of its sender cannot use up the tokens of that address.
/// While a cookie is valid, the buckets let more M1 pass than this ring holds; but a stranger that
/// makes the ring forget must have as many addresses as it has M1.
struct AnsweredOnce {
    static let capacity = 1024

    /// The first eight bytes of their hashes, a ring.
    private var hashes: [UInt64] = []
    private var next = 0

    func contains(_ hash: Digest) -> Bool { hashes.contains(hash.span.leadingUInt64) }

    mutating func insert(_ hash: Digest) {
        if hashes.count < Self.capacity {
            hashes.append(hash.span.leadingUInt64)
        } else {
            hashes[next] = hash.span.leadingUInt64
            next = (next + 1) % Self.capacity
        }
    }
}
