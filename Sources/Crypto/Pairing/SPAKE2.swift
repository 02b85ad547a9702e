/// One side of SPAKE2 (RFC 9382) on P-256 with SHA-256: two sides with the same password get the
/// same shared point, and an attacker gets one guess per run.
public struct SPAKE2: ~Copyable {
    /// A begins, and masks with M; B answers, and masks with N.
    public enum Role: Sendable { case a, b }

    public typealias Share = InlineArray<65, UInt8>

    public let role: Role
    /// pA or pB, for the other side.
    public let share: Share
    private let password: Key
    private let scalar: Key

    /// Begins with a fresh secret number; the password is w, below the order of the curve and not
    /// 0, big-endian.
    public init(_ role: Role, password: consuming Key) {
        // The order is 2^256 less a little: one number in 2^32 is not below it.
        while true {
            if let begun = SPAKE2(role, password: password.copy(), scalar: .random()) {
                self = begun
                return
            }
        }
    }

    /// Begins with a given secret number; nil when it or the password is 0 or not below the order.
    package init?(_ role: Role, password: consuming Key, scalar: consuming Key) {
        guard let share = P256().share(scalar, plus: password, times: Self.mask(role))
        else { return nil }
        self.role = role
        self.share = share
        self.password = password
        self.scalar = scalar
    }

    /// K for the other side's share; nil when that is no point of the curve, or K is the identity.
    public borrowing func shared(with other: Span<UInt8>) -> SharedPoint? {
        var point = Secret(count: P256.pointSize)
        var bytes = point.mutableBytes
        let mask = Self.mask(role == .a ? .b : .a)
        guard P256().unmask(other, less: password, times: mask, by: scalar, into: &bytes)
        else { return nil }
        let theirs = Share { place in other[place] }
        return SharedPoint(
            pointA: role == .a ? share : theirs, pointB: role == .a ? theirs : share,
            point: point, password: password.copy())
    }

    /// Whether these bytes are a point of the curve, as each share must be; a check before the slow
    /// stretching of the password.
    public static func isShare(_ bytes: Span<UInt8>) -> Bool { P256().isPoint(bytes) }

    /// M and N of RFC 9382 §6, uncompressed.
    private static func mask(_ role: Role) -> P256.Point {
        switch role {
        case .a:
            [
                0x04,
                0x88, 0x6E, 0x2F, 0x97, 0xAC, 0xE4, 0x6E, 0x55, 0xBA, 0x9D, 0xD7, 0x24,
                0x25, 0x79, 0xF2, 0x99, 0x3B, 0x64, 0xE1, 0x6E, 0xF3, 0xDC, 0xAB, 0x95,
                0xAF, 0xD4, 0x97, 0x33, 0x3D, 0x8F, 0xA1, 0x2F, 0x5F, 0xF3, 0x55, 0x16,
                0x3E, 0x43, 0xCE, 0x22, 0x4E, 0x0B, 0x0E, 0x65, 0xFF, 0x02, 0xAC, 0x8E,
                0x5C, 0x7B, 0xE0, 0x94, 0x19, 0xC7, 0x85, 0xE0, 0xCA, 0x54, 0x7D, 0x55,
                0xA1, 0x2E, 0x2D, 0x20,
            ]
        case .b:
            [
                0x04,
                0xD8, 0xBB, 0xD6, 0xC6, 0x39, 0xC6, 0x29, 0x37, 0xB0, 0x4D, 0x99, 0x7F,
                0x38, 0xC3, 0x77, 0x07, 0x19, 0xC6, 0x29, 0xD7, 0x01, 0x4D, 0x49, 0xA2,
                0x4B, 0x4F, 0x98, 0xBA, 0xA1, 0x29, 0x2B, 0x49, 0x07, 0xD6, 0x0A, 0xA6,
                0xBF, 0xAD, 0xE4, 0x50, 0x08, 0xA6, 0x36, 0x33, 0x7F, 0x51, 0x68, 0xC6,
                0x4D, 0x9B, 0xD3, 0x60, 0x34, 0x80, 0x8C, 0xD5, 0x64, 0x49, 0x0B, 0x1E,
                0x65, 0x6E, 0xDB, 0xE7,
            ]
        }
    }
}

/// The shared point K of both sides, with the transcript TT (RFC 9382 §4).
public struct SharedPoint: ~Copyable {
    fileprivate let pointA: SPAKE2.Share
    fileprivate let pointB: SPAKE2.Share
    fileprivate let point: Secret
    fileprivate let password: Key

    /// Adds TT to a hash: the names of both sides, then the other parts, each after its length in
    /// eight bytes, little-endian.
    public borrowing func absorb(
        identityA: StaticString, identityB: StaticString, into hash: inout SHA256
    ) {
        Self.absorb(identityA.bytes, into: &hash)
        Self.absorb(identityB.bytes, into: &hash)
        Self.absorb(pointA.span, into: &hash)
        Self.absorb(pointB.span, into: &hash)
        Self.absorb(point.bytes, into: &hash)
        Self.absorb(password.bytes, into: &hash)
    }

    private static func absorb(_ part: Span<UInt8>, into hash: inout SHA256) {
        let length = InlineArray<8, UInt8> { place in
            UInt8(truncatingIfNeeded: part.count >> (8 * place))
        }
        hash.update(length.span)
        hash.update(part)
    }
}
