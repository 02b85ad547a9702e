/// The running state of a handshake: transcript hash, chaining key, cipher key (protocol.md §1.2).
///
/// Noise revision 34 §5.2, with MixKeyAndHash; `transportKeys` replaces Split. A step that fails
/// changes nothing, but the mixes before it stay: try a peer's handshake on a `copy()`.
public struct SymmetricState: ~Copyable, Sendable {
    public let suite: Suite
    /// h: the hash of everything said so far.
    public private(set) var handshakeHash: Digest
    /// ck.
    private(set) var chainingKey: Key
    /// k; nil until the first MixKey, and until then nothing is encrypted.
    private var key: Key?
    /// Whether ciphertexts have a tag by now.
    var hasKey: Bool { key != nil }
    /// n.
    private var counter: UInt64 = 0

    /// A copy to try a datagram on, dropped when the datagram turns out bad.
    public borrowing func copy() -> SymmetricState {
        let key: Key? =
            switch self.key {
            case .some(let key): key.copy()
            case .none: nil
            }
        return SymmetricState(
            suite: suite, handshakeHash: handshakeHash, chainingKey: chainingKey.copy(),
            key: key, counter: counter)
    }

    public mutating func mixHash(_ bytes: Span<UInt8>) {
        handshakeHash = SHA256.hash(handshakeHash.span, bytes)
    }

    public mutating func mixKey(_ input: borrowing Key) {
        mixKey(input.bytes)
    }

    public mutating func mixKey(_ input: Span<UInt8>) {
        let temporary = HMAC.key(from: input, key: chainingKey.bytes)
        chainingKey = SymmetricState.output(1, after: nil, of: temporary)
        key = SymmetricState.output(2, after: chainingKey.bytes, of: temporary)
        counter = 0
    }

    public mutating func mixKeyAndHash(_ input: borrowing Key) {
        let temporary = HMAC.key(from: input.bytes, key: chainingKey.bytes)
        chainingKey = SymmetricState.output(1, after: nil, of: temporary)
        let hashed = SymmetricState.output(2, after: chainingKey.bytes, of: temporary)
        key = SymmetricState.output(3, after: hashed.bytes, of: temporary)
        mixHash(hashed.bytes)
        counter = 0
    }

    /// Writes the ciphertext and its tag to the start of `ciphertext`, mixes it in, and returns its
    /// size; before the first MixKey the ciphertext is the plaintext.
    @discardableResult
    public mutating func encryptAndHash(
        _ plaintext: Span<UInt8>, into ciphertext: inout MutableSpan<UInt8>
    ) -> Int {
        let size: Int
        switch key {
        case .some(let key):
            size = plaintext.count + AEAD.tagSize
            var aead = AEAD(suite: suite, key: key)
            aead.seal(
                nonce: nonce, ad: handshakeHash.span, plaintext: plaintext, into: &ciphertext)
            counter += 1
        case .none:
            size = plaintext.count
            for i in plaintext.indices { ciphertext[i] = plaintext[i] }
        }
        mixHash(ciphertext.span.extracting(0..<size))
        return size
    }

    /// The reverse of `encryptAndHash`: writes to the start of `plaintext`.
    ///
    /// False when the tag is wrong; nothing has changed then.
    public mutating func decryptAndHash(
        _ ciphertext: Span<UInt8>, into plaintext: inout MutableSpan<UInt8>
    ) -> Bool {
        switch key {
        case .some(let key):
            var aead = AEAD(suite: suite, key: key)
            let isGood = aead.open(
                nonce: nonce, ad: handshakeHash.span, sealed: ciphertext, into: &plaintext)
            guard isGood else { return false }
            ConstantTime.disclose(plaintext.span)
            counter += 1
        case .none:
            for i in ciphertext.indices { plaintext[i] = ciphertext[i] }
        }
        mixHash(ciphertext)
        return true
    }

    /// Ends the handshake: the keys of both directions (protocol.md §1.5).
    public consuming func transportKeys() -> TransportKeys {
        let prk = HMAC.key(from: chainingKey.bytes, key: handshakeHash.span)
        return TransportKeys(
            initiatorToResponder: DirectionKeys(
                key: HKDF.key(prk: prk, info: "intercom/1 i2r key"),
                headerKey: HKDF.key(prk: prk, info: "intercom/1 i2r hp"),
                iv: SymmetricState.iv(prk: prk, info: "intercom/1 i2r iv")),
            responderToInitiator: DirectionKeys(
                key: HKDF.key(prk: prk, info: "intercom/1 r2i key"),
                headerKey: HKDF.key(prk: prk, info: "intercom/1 r2i hp"),
                iv: SymmetricState.iv(prk: prk, info: "intercom/1 r2i iv")))
    }

    private var nonce: AEAD.Nonce {
        AEAD.Nonce { i in
            guard i >= 4 else { return 0 }
            // Noise: AESGCM counts big-endian, ChaChaPoly little-endian.
            let shift = suite == .aesGCM ? 8 * (11 - i) : 8 * (i - 4)
            return UInt8(truncatingIfNeeded: counter >> UInt64(shift))
        }
    }

    /// HMAC(t, before ‖ number): one output of Noise's HKDF.
    private static func output(
        _ number: UInt8, after before: Span<UInt8>?, of temporary: borrowing Key
    ) -> Key {
        var mac = HMAC(key: temporary.bytes)
        if let before { mac.update(before) }
        mac.update(number)
        return mac.finishKey()
    }

    private static func iv(prk: borrowing Key, info: StaticString) -> AEAD.Nonce {
        var iv = AEAD.Nonce(repeating: 0)
        var span = iv.mutableSpan
        HKDF.expand(prk: prk.bytes, info: info.bytes, into: &span)
        return iv
    }
}

extension SymmetricState {
    /// Starts as Noise does: a name of up to 32 bytes padded with zeros, a longer one hashed.
    public init(suite: Suite, protocolName: Span<UInt8>) {
        self.suite = suite
        if protocolName.count <= 32 {
            handshakeHash = Digest { i in i < protocolName.count ? protocolName[i] : 0 }
        } else {
            handshakeHash = SHA256.hash(protocolName)
        }
        chainingKey = Key(copying: handshakeHash.span)
    }

    /// Starts a handshake of this protocol with the responder of that key: name, prologue, pk_R.
    public init(suite: Suite, responder: PublicKey) {
        switch suite {
        case .aesGCM:
            let name: StaticString = "Noise_XK1hfs_25519+MLKEM768_AESGCM_SHA256"
            self.init(suite: suite, protocolName: name.bytes)
        case .chaChaPoly:
            let name: StaticString = "Noise_XK1hfs_25519+MLKEM768_ChaChaPoly_SHA256"
            self.init(suite: suite, protocolName: name.bytes)
        }
        let intercom: StaticString = "intercom"
        let version: UInt8 = 1
        let prologue = InlineArray<10, UInt8> { i in
            i < 8 ? intercom.bytes[i] : i == 8 ? version : suite.rawValue
        }
        mixHash(prologue.span)
        mixHash(responder.bytes.span)
    }
}

/// The keys of one direction of one session (protocol.md §1.5).
public struct DirectionKeys: ~Copyable, Sendable {
    /// Seals the packets.
    public let key: Key
    /// Masks their headers.
    public let headerKey: Key
    /// The nonce of a packet is this XOR the counter.
    public let iv: AEAD.Nonce

    public init(key: consuming Key, headerKey: consuming Key, iv: AEAD.Nonce) {
        self.key = key
        self.headerKey = headerKey
        self.iv = iv
    }
}

/// Both directions of one session, named by the roles of its handshake.
public struct TransportKeys: ~Copyable, Sendable {
    public let initiatorToResponder: DirectionKeys
    public let responderToInitiator: DirectionKeys

    public init(
        initiatorToResponder: consuming DirectionKeys,
        responderToInitiator: consuming DirectionKeys
    ) {
        self.initiatorToResponder = initiatorToResponder
        self.responderToInitiator = responderToInitiator
    }
}
