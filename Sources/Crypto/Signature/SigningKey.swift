internal import CLinux
internal import CMbedTLS

/// The secret with which a site's introducer signs (protocol.md §4.3): a number of P-256.
///
/// ECDSA on P-256, because Debian 12's mbedTLS 2.28 has no Ed25519.
public struct SigningKey: ~Copyable {
    private let number: Key

    /// A fresh key from the kernel's generator.
    public static func random() -> SigningKey {
        while true {
            var wide = Secret(count: 40)
            var bytes = wide.mutableBytes
            Random.fill(&bytes)
            if let key = SigningKey(P256.reduce(wide.bytes)) { return key }
        }
    }

    /// Takes 32 bytes, high byte first; nil for 0 and for a number not below the order.
    public init?(_ number: consuming Key) {
        guard P256().point(of: number) != nil else { return nil }
        self.number = number
    }

    /// The 32 bytes, to be stored.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { number.bytes }
    }

    /// The key that verifies its signatures.
    public var verifyingKey: VerifyingKey {
        guard let point = P256().point(of: number) else {
            preconditionFailure("it was a number of the curve")
        }
        return VerifyingKey(point)
    }

    /// The signature of a text of any length.
    public func sign(_ text: Span<UInt8>) -> Signature {
        Signature(P256().sign(SHA256.hash(text), by: number))
    }
}

/// A signature of `SigningKey`: r and s, 32 bytes each, high bytes first.
public struct Signature: Sendable {
    let bytes: InlineArray<64, UInt8>

    init(_ bytes: InlineArray<64, UInt8>) { self.bytes = bytes }

    /// Reads 128 hexadecimal digits; nil for any other text.
    public init?(text: String) {
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard Hexadecimal.decode(Array(text.utf8).span, into: &span) else { return nil }
        self.bytes = bytes
    }

    /// 128 hexadecimal digits, in lower case.
    public var text: String { Hexadecimal.text(bytes.span) }
}

/// The public key of a site: a point of P-256, 64 bytes, x and y, high bytes first.
public struct VerifyingKey: Hashable, Sendable {
    /// 4, then x and y (SEC 1 §2.3.3).
    private let point: InlineArray<65, UInt8>

    init(_ point: InlineArray<65, UInt8>) { self.point = point }

    /// Reads 128 hexadecimal digits; nil for what is no point of the curve.
    public init?(text: String) {
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard Hexadecimal.decode(Array(text.utf8).span, into: &span) else { return nil }
        var point = InlineArray<65, UInt8>(repeating: 4)
        for place in bytes.indices { point[place + 1] = bytes[place] }
        guard P256().isPoint(point.span) else { return nil }
        self.point = point
    }

    /// 128 hexadecimal digits, in lower case.
    public var text: String { Hexadecimal.text(point.span.extracting(1..<65)) }

    /// 24 digits for people to compare, as those of a station's key (protocol.md §4.2).
    public var fingerprint: String { Fingerprint.text(hash) }

    /// The first eight bytes of the fingerprint's hash, high byte first: no proof.
    public var reference: UInt64 { SHA256.reference(of: hash) }

    private var hash: Digest {
        SHA256.hash(label: "intercom/1 site", point.span.extracting(1..<65))
    }

    /// Whether the holder of its secret has signed this text.
    public func verifies(_ signature: Signature, of text: Span<UInt8>) -> Bool {
        P256().verify(signature.bytes, of: SHA256.hash(text), by: point)
    }

    public static func == (left: VerifyingKey, right: VerifyingKey) -> Bool {
        for place in left.point.indices where left.point[place] != right.point[place] {
            return false
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for place in point.indices { hasher.combine(point[place]) }
    }
}

/// ECDSA (FIPS 186-5 §6.4) on P-256, of a digest of 32 bytes.
extension P256 {
    /// The point of a number; nil for 0, and for one that is not below the order of the curve.
    func point(of number: borrowing Key) -> Point? {
        let result = CurvePoint()
        guard unsafe multiply(result, CurveNumber(number), generator) else { return nil }
        var bytes = Point(repeating: 0)
        var span = bytes.mutableSpan
        return write(result, into: &span) ? bytes : nil
    }

    /// Signs deterministically (RFC 6979), so that a bad generator cannot reveal the key, and with
    /// random blinding, so that timing reveals nothing; returns r and s, s in the lower half.
    func sign(_ digest: Digest, by number: borrowing Key) -> InlineArray<64, UInt8> {
        let r = CurveNumber(0)
        let s = CurveNumber(0)
        let secret = CurveNumber(number)
        var status = unsafe digest.span.withUnsafeBufferPointer {
            unsafe mbedtls_ecdsa_sign_det_ext(
                group, r.pointer, s.pointer, secret.pointer, $0.baseAddress!, $0.count,
                MBEDTLS_MD_SHA256,
                { _, bytes, count in unsafe secret_random(bytes, count) }, nil)
        }
        precondition(status == 0, "a number of a signing key is one of the curve")
        if !isLow(s) {
            let isSmaller = unsafe s.subtract(from: order)
            precondition(isSmaller)
        }
        var signature = InlineArray<64, UInt8>(repeating: 0)
        var bytes = signature.mutableSpan
        status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            let status = unsafe mbedtls_mpi_write_binary(r.pointer, bytes.baseAddress!, 32)
            guard status == 0 else { return status }
            return unsafe mbedtls_mpi_write_binary(s.pointer, bytes.baseAddress! + 32, 32)
        }
        precondition(status == 0)
        return signature
    }

    /// Whether r and s are the signature of a digest by the holder of a point's number.
    ///
    /// Two values of s are valid. Only the one in the lower half is accepted, so that nobody
    /// without the key can make a second signature.
    func verify(
        _ signature: InlineArray<64, UInt8>, of digest: Digest, by point: Point
    ) -> Bool {
        let r = CurveNumber(0)
        let s = CurveNumber(0)
        let signer = CurvePoint()
        let isRead = unsafe signature.span.withUnsafeBufferPointer {
            unsafe mbedtls_mpi_read_binary(r.pointer, $0.baseAddress!, 32) == 0
                && mbedtls_mpi_read_binary(s.pointer, $0.baseAddress! + 32, 32) == 0
        }
        guard isRead, isLow(s), read(point.span, into: signer) else { return false }
        return unsafe digest.span.withUnsafeBufferPointer {
            unsafe mbedtls_ecdsa_verify(
                group, $0.baseAddress!, $0.count, signer.pointer, r.pointer, s.pointer) == 0
        }
    }

    /// Whether a number is at most half of the order.
    private func isLow(_ number: borrowing CurveNumber) -> Bool {
        let opposite = CurveNumber(0)
        let status = unsafe mbedtls_mpi_sub_abs(opposite.pointer, order, number.pointer)
        return unsafe status == 0 && mbedtls_mpi_cmp_mpi(number.pointer, opposite.pointer) <= 0
    }
}
