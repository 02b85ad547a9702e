internal import CLinux

extension MLKEM768 {
    /// The secret half of an ML-KEM-768 key pair, ready for use; wiped at its end.
    public struct DecapsulationKey: ~Copyable {
        /// ŝ, transformed.
        var secret: PolynomialVector
        private var encapsulationKey: InlineArray<1184, UInt8>
        let encapsulationKeyHash: InlineArray<32, UInt8>
        /// z: the secret from which the answer to an invalid ciphertext is made.
        let rejection: Key

        /// The key pair of a 64-byte seed d ‖ z (algorithm 16); wiping the seed is its owner's
        /// duty.
        public init(seed: Span<UInt8>) {
            precondition(seed.count == seedSize)
            secret = PolynomialVector { _ in Polynomial() }
            encapsulationKey = InlineArray(repeating: 0)
            rejection = Key(copying: seed.extracting(last: 32))
            var sponge = Sponge()
            var derived = Scratch(size: 64)
            var derivedSpan = derived.mutableSpan
            sponge.start(.sha3_512)
            sponge.absorb(seed.extracting(first: 32))
            sponge.absorb(UInt8(KPKE.rank))
            sponge.squeeze(into: &derivedSpan)
            // ρ is part of the public key.
            derived.declassify(first: 32)
            var keySpan = encapsulationKey.mutableSpan
            KPKE.generateKey(
                publicSeed: derived.span.extracting(first: 32),
                secretSeed: derived.span.extracting(last: 32),
                secret: &secret, encryptionKey: &keySpan, with: &sponge)
            encapsulationKeyHash = hash(ofKey: encapsulationKey.span, with: &sponge)
        }

        /// A key from its parts.
        init(
            secret: consuming PolynomialVector, encapsulationKey: InlineArray<1184, UInt8>,
            encapsulationKeyHash: InlineArray<32, UInt8>, rejection: consuming Key
        ) {
            self.secret = secret
            self.encapsulationKey = encapsulationKey
            self.encapsulationKeyHash = encapsulationKeyHash
            self.rejection = rejection
        }

        /// Writes the public half, 1184 bytes, to the front of `bytes`.
        public borrowing func encapsulationKey(into bytes: inout MutableSpan<UInt8>) {
            for index in 0..<encapsulationKeySize { bytes[index] = encapsulationKey[index] }
        }

        /// The shared secret that a ciphertext of 1088 bytes holds (algorithm 18).
        ///
        /// A ciphertext that was not made for this key gives a secret that only this key can
        /// compute; nothing, not even the time taken, tells the two cases apart.
        public borrowing func decapsulate(_ ciphertext: Span<UInt8>) -> Key {
            precondition(ciphertext.count == ciphertextSize)
            var sponge = Sponge()
            var message = Scratch(size: KPKE.messageSize)
            var messageSpan = message.mutableSpan
            KPKE.decrypt(ciphertext, with: secret, message: &messageSpan)

            var derived = Scratch(size: 64)
            derive(
                message: message.span, keyHash: encapsulationKeyHash.span, into: &derived,
                with: &sponge)

            var rejected = Scratch(size: Key.size)
            var rejectedSpan = rejected.mutableSpan
            sponge.start(.shake256)
            sponge.absorb(rejection.bytes)
            sponge.absorb(ciphertext)
            sponge.squeeze(into: &rejectedSpan)

            var expected = Scratch(size: ciphertextSize)
            var expectedSpan = expected.mutableSpan
            KPKE.encrypt(
                message.span, to: encapsulationKey.span, coins: derived.span.extracting(last: 32),
                ciphertext: &expectedSpan, with: &sponge)

            return Self.select(
                derived.span, orElse: rejected.span,
                mask: Self.difference(ciphertext, expected.span))
        }

        /// 0 when both hold the same bytes, else 255, in constant time.
        private static func difference(_ left: Span<UInt8>, _ right: Span<UInt8>) -> UInt8 {
            var bits: UInt32 = 0
            for index in left.indices { bits |= UInt32(left[index] ^ right[index]) }
            // The top bit is set exactly when there was a difference.
            return UInt8(truncatingIfNeeded: 0 &- ((0 &- bits) &>> 31))
        }

        /// The first 32 bytes of one or the other, by neither a branch nor an address that depends
        /// on the choice.
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
    /// The key pair of the 64 bytes that `body` writes; they are wiped.
    public init(filling body: (inout MutableSpan<UInt8>) -> Void) {
        var seed = Scratch(size: MLKEM768.seedSize)
        var span = seed.mutableSpan
        body(&span)
        self.init(seed: seed.span)
    }
}
