internal import CLinux

/// ML-KEM-768, the key encapsulation of FIPS 203, security category 3.
///
/// Debian 12 has no package with ML-KEM. ML-KEM is used only together with X25519 (protocol.md
/// §1.2): a mistake here leaves a session as safe as X25519 alone. Time and memory accesses do not
/// depend on secrets; `tools/check-constant-time` checks that.
public enum MLKEM768 {
    /// ek, public: protocol.md §1.3 sends it as e1.
    public static let encapsulationKeySize = 1184
    public static let ciphertextSize = 1088
    /// d ‖ z, the secret seed of a key pair.
    public static let seedSize = 64
    /// m, the secret randomness of one encapsulation.
    public static let randomnessSize = 32

    /// Whether a peer's key has the right size, and every coefficient below q (§7.2).
    public static func isValid(encapsulationKey: Span<UInt8>) -> Bool {
        guard encapsulationKey.count == encapsulationKeySize else { return false }
        return Polynomial.isReduced(
            encapsulationKey.extracting(first: KPKE.rank * KPKE.polynomialSize))
    }

    /// Makes a shared secret and the ciphertext from which only ek's owner gets it (§7.2).
    ///
    /// - Parameters:
    ///   - encapsulationKey: the peer's, 1184 bytes, checked here.
    ///   - randomness: 32 fresh secret bytes; the same ones give the same secret.
    ///   - ciphertext: 1088 bytes, written whole.
    /// - Returns: nil when the key is not valid; nothing is written then.
    public static func encapsulate(
        to encapsulationKey: Span<UInt8>, randomness: Span<UInt8>,
        ciphertext: inout MutableSpan<UInt8>
    ) -> Key? {
        precondition(randomness.count == randomnessSize && ciphertext.count == ciphertextSize)
        guard isValid(encapsulationKey: encapsulationKey) else { return nil }
        var sponge = Sponge()
        let hash = self.hash(ofKey: encapsulationKey, with: &sponge)
        var derived = Secret(scratch: 64)
        derive(message: randomness, keyHash: hash.span, into: &derived, with: &sponge)
        KPKE.encrypt(
            randomness, to: encapsulationKey, coins: derived.bytes.extracting(last: 32),
            ciphertext: &ciphertext, with: &sponge)
        return Key(copying: derived.bytes.extracting(first: 32))
    }

    /// H(ek), which is public like the key.
    static func hash(
        ofKey encapsulationKey: Span<UInt8>, with sponge: inout Sponge
    ) -> InlineArray<32, UInt8> {
        var hash = InlineArray<32, UInt8>(repeating: 0)
        var span = hash.mutableSpan
        sponge.start(.sha3_256)
        sponge.absorb(encapsulationKey)
        sponge.squeeze(into: &span)
        return hash
    }

    /// G(m ‖ H(ek)): the shared secret, then the coins of the encryption.
    static func derive(
        message: Span<UInt8>, keyHash: Span<UInt8>, into derived: inout Secret,
        with sponge: inout Sponge
    ) {
        var span = derived.mutableBytes
        sponge.start(.sha3_512)
        sponge.absorb(message)
        sponge.absorb(keyHash)
        sponge.squeeze(into: &span)
    }
}

extension MLKEM768 {
    /// The secret half of an ML-KEM-768 key pair, ready for use; wiped at its end.
    public struct DecapsulationKey: ~Copyable {
        /// ŝ, transformed.
        var secret: PolynomialVector
        var encapsulationKey: InlineArray<1184, UInt8>
        let encapsulationKeyHash: InlineArray<32, UInt8>
        /// z: the secret from which the answer to an invalid ciphertext is made.
        let rejection: Key

        /// Writes the public half, 1184 bytes, to the front of `bytes`.
        public borrowing func encapsulationKey(into bytes: inout MutableSpan<UInt8>) {
            for index in 0..<encapsulationKeySize { bytes[index] = encapsulationKey[index] }
        }

        /// The shared secret that a ciphertext of 1088 bytes holds (algorithm 18).
        ///
        /// A ciphertext that was not made for this key gives a secret that only this key can
        /// compute; nothing, not even the time taken, distinguishes the two cases.
        public borrowing func decapsulate(_ ciphertext: Span<UInt8>) -> Key {
            precondition(ciphertext.count == ciphertextSize)
            var sponge = Sponge()
            var message = Secret(scratch: KPKE.messageSize)
            var messageSpan = message.mutableBytes
            KPKE.decrypt(ciphertext, with: secret, message: &messageSpan)

            var derived = Secret(scratch: 64)
            derive(
                message: message.bytes, keyHash: encapsulationKeyHash.span, into: &derived,
                with: &sponge)

            var rejected = Secret(scratch: Key.size)
            var rejectedSpan = rejected.mutableBytes
            sponge.start(.shake256)
            sponge.absorb(rejection.bytes)
            sponge.absorb(ciphertext)
            sponge.squeeze(into: &rejectedSpan)

            var expected = Secret(scratch: ciphertextSize)
            var expectedSpan = expected.mutableBytes
            KPKE.encrypt(
                message.bytes, to: encapsulationKey.span, coins: derived.bytes.extracting(last: 32),
                ciphertext: &expectedSpan, with: &sponge)

            return Self.select(
                derived.bytes, orElse: rejected.bytes,
                mask: Self.difference(ciphertext, expected.bytes))
        }

        /// 0 when both hold the same bytes, else 255, in constant time.
        private static func difference(_ left: Span<UInt8>, _ right: Span<UInt8>) -> UInt8 {
            var bits: UInt32 = 0
            for index in left.indices { bits |= UInt32(left[index] ^ right[index]) }
            // The top bit is set exactly when there was a difference.
            return UInt8(truncatingIfNeeded: 0 &- ((0 &- bits) &>> 31))
        }

        /// The first 32 bytes of `first`, or of `second` with a mask of 255; no branch and no
        /// address depends on the choice.
        private static func select(
            _ first: Span<UInt8>, orElse second: Span<UInt8>, mask: UInt8
        ) -> Key {
            // Hidden: a compiler that knows the two possible masks would choose between two
            // addresses.
            let mask = UInt8(truncatingIfNeeded: secret_hide(UInt32(mask)))
            return Key { key in
                for index in key.indices {
                    key[index] = first[index] ^ ((first[index] ^ second[index]) & mask)
                }
            }
        }
    }
}

extension MLKEM768.DecapsulationKey {
    /// The key pair of a 64-byte seed d ‖ z (algorithm 16); wiping the seed is its owner's duty.
    public init(seed: Span<UInt8>) {
        precondition(seed.count == MLKEM768.seedSize)
        secret = PolynomialVector { _ in Polynomial() }
        encapsulationKey = InlineArray(repeating: 0)
        rejection = Key(copying: seed.extracting(last: 32))
        var sponge = Sponge()
        var derived = Secret(scratch: 64)
        var derivedSpan = derived.mutableBytes
        sponge.start(.sha3_512)
        sponge.absorb(seed.extracting(first: 32))
        sponge.absorb(UInt8(KPKE.rank))
        sponge.squeeze(into: &derivedSpan)
        // ρ is part of the public key.
        derived.declassify(first: 32)
        var keySpan = encapsulationKey.mutableSpan
        KPKE.generateKey(
            publicSeed: derived.bytes.extracting(first: 32),
            secretSeed: derived.bytes.extracting(last: 32),
            secret: &secret, encryptionKey: &keySpan, with: &sponge)
        encapsulationKeyHash = MLKEM768.hash(ofKey: encapsulationKey.span, with: &sponge)
    }

    /// The key pair of the 64 bytes that `body` writes; they are wiped.
    public init(filling body: (inout MutableSpan<UInt8>) -> Void) {
        var seed = Secret(scratch: MLKEM768.seedSize)
        var span = seed.mutableBytes
        body(&span)
        self.init(seed: seed.bytes)
    }
}
