/// The keys that both sides derive from a pairing (protocol.md §4.1).
public struct PairingKeys: ~Copyable {
    /// T: the hash of TT and of the messages up to cB.
    public let transcript: Digest
    private let prk: Key

    /// - Parameters:
    ///   - shared: K and its transcript TT.
    ///   - first: the body of P1.
    ///   - second: the body of P2, without cB.
    ///   - secret: ss of ML-KEM-768.
    public init(
        shared: borrowing SharedPoint, first: Span<UInt8>, second: Span<UInt8>,
        secret: borrowing Key
    ) {
        var whole = SHA256()
        Self.absorb(shared, into: &whole)
        whole.update(first)
        whole.update(second)
        transcript = whole.finish()

        var agreed = SHA256()
        Self.absorb(shared, into: &agreed)
        let agreement = agreed.finishKey()
        var extract = HMAC(key: transcript.span)
        // The first half is Ke of RFC 9382 §4.
        extract.update(agreement.bytes.extracting(first: 16))
        extract.update(secret.bytes)
        prk = extract.finishKey()
    }

    private static func absorb(_ shared: borrowing SharedPoint, into hash: inout SHA256) {
        shared.absorb(identityA: "intercom/1 A", identityB: "intercom/1 B", into: &hash)
    }

    /// cA or cB, which proves to the other side that this one knows the code.
    public borrowing func confirmation(of role: SPAKE2.Role) -> Digest {
        let key =
            switch role {
            case .a: HKDF.key(prk: prk, info: "intercom/1 pair cA")
            case .b: HKDF.key(prk: prk, info: "intercom/1 pair cB")
            }
        var confirmation = HMAC(key: key.bytes)
        confirmation.update(transcript.span)
        return confirmation.finish()
    }

    /// Whether these bytes are the side's confirmation, in a time independent of any difference.
    public borrowing func isConfirmation(_ bytes: Span<UInt8>, of role: SPAKE2.Role) -> Bool {
        let expected = confirmation(of: role)
        return ConstantTime.equal(expected.span, bytes)
    }

    /// Seals a side's card, once: its key seals nothing else.
    public borrowing func seal(
        _ card: Span<UInt8>, of role: SPAKE2.Role, into sealed: inout MutableSpan<UInt8>
    ) {
        var cipher = AEAD(suite: .aesGCM, key: cardKey(of: role))
        cipher.seal(
            nonce: AEAD.Nonce(repeating: 0), ad: transcript.span, plaintext: card, into: &sealed)
    }

    /// Opens what `seal` made on the other side; false for anything else.
    public borrowing func open(
        _ sealed: Span<UInt8>, of role: SPAKE2.Role, into card: inout MutableSpan<UInt8>
    ) -> Bool {
        var cipher = AEAD(suite: .aesGCM, key: cardKey(of: role))
        return cipher.open(
            nonce: AEAD.Nonce(repeating: 0), ad: transcript.span, sealed: sealed, into: &card)
    }

    /// The pre-shared key of the two from now on.
    public borrowing func psk(a: PublicKey, b: PublicKey) -> Key {
        HKDF.key(prk: prk, label: "intercom/1 pair psk", a, b)
    }

    private borrowing func cardKey(of role: SPAKE2.Role) -> Key {
        switch role {
        case .a: HKDF.key(prk: prk, info: "intercom/1 pair KA")
        case .b: HKDF.key(prk: prk, info: "intercom/1 pair KB")
        }
    }
}

/// w of protocol.md §4.1: a number below the order of P-256, stretched from a short code.
public enum CodeKey {
    /// The rounds that each guess costs.
    public static let rounds: UInt32 = 100_000

    /// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of a code as it is used, and of A's 16 bytes.
    ///
    /// The 40 bytes that result are reduced modulo the order, over which they are almost evenly
    /// spread. This takes a tenth of a second or more. Only tests that pair a thousand times use
    /// fewer rounds.
    public static func stretch(
        _ code: Span<UInt8>, nonce: Span<UInt8>, rounds: UInt32 = CodeKey.rounds
    ) -> Key {
        precondition(nonce.count == 16)
        var salt = InlineArray<31, UInt8>(repeating: 0)
        let label: StaticString = "intercom/1 pair"
        for place in 0..<15 { salt[place] = label.bytes[place] }
        for place in 0..<16 { salt[15 + place] = nonce[place] }
        var wide = Secret(count: 40)
        var bytes = wide.mutableBytes
        PBKDF2.derive(code, salt: salt.span, rounds: rounds, into: &bytes)
        return P256.reduce(wide.bytes)
    }
}
