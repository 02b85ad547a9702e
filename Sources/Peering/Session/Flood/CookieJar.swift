internal import Crypto
internal import Time
internal import Wire

/// The secrets Q of the cookies that this station hands out (protocol.md §1.6).
///
/// Nothing is kept of a source: a cookie is checked by making it again.
struct CookieJar: ~Copyable {
    static let renewAfter = Duration.seconds(120)

    private var latest: Key?
    private var former: Key?
    /// When these 120 s began.
    private var since = Instant(nanoseconds: 0)

    /// The cookie of a source.
    ///
    /// Calls `random` for a new secret (32 bytes) when there is none, or an old one.
    mutating func cookie(
        of source: Endpoint, random: (inout MutableSpan<UInt8>) -> Void, at now: Instant
    ) -> Cookie {
        renew(at: now)
        if latest == nil {
            latest = Key(filling: random)
            if former == nil { since = now }
        }
        return Cookie(of: source.cookieBytes.span, secret: latest!)
    }

    /// Whether the mac of an M1 has a cookie of its source in it.
    mutating func verifies(
        _ initiation: Span<UInt8>, from source: Endpoint, mac: HandshakeMAC, at now: Instant
    ) -> Bool {
        renew(at: now)
        let bytes = source.cookieBytes
        if latest != nil {
            let cookie = Cookie(of: bytes.span, secret: latest!)
            if mac.verify(initiation, cookie: cookie.bytes.span) { return true }
        }
        guard former != nil else { return false }
        let cookie = Cookie(of: bytes.span, secret: former!)
        return mac.verify(initiation, cookie: cookie.bytes.span)
    }

    /// Lets a secret that is 120 s old be the former one for another 120 s.
    private mutating func renew(at now: Instant) {
        while now >= since + Self.renewAfter, latest != nil || former != nil {
            former = latest.take()
            since = since + Self.renewAfter
        }
    }
}

extension Endpoint {
    /// The 16 bytes of the address, then the port.
    fileprivate var cookieBytes: InlineArray<18, UInt8> {
        InlineArray { i in
            switch i {
            case 0..<8: UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * i))
            case 8..<16: UInt8(truncatingIfNeeded: low >> UInt64(120 - 8 * i))
            case 16: UInt8(port >> 8)
            default: UInt8(truncatingIfNeeded: port)
            }
        }
    }
}
