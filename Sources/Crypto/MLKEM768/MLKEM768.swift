/// ML-KEM-768, the key encapsulation of FIPS 203, security category 3.
///
/// Debian 12 has no package with it. It is used only together with X25519 (protocol.md §1.2): a
/// mistake here leaves a session as safe as X25519 alone. Time and memory accesses do not depend on
/// secrets; `tools/check-constant-time` checks that.
public enum MLKEM768 {
    /// ek, public: protocol.md §1.3 sends it as e1.
    public static let encapsulationKeySize = 1184
    public static let ciphertextSize = 1088
    /// d ‖ z, the secret seed of a key pair.
    public static let seedSize = 64
    /// m, the secret randomness of one encapsulation.
    public static let randomnessSize = 32

    /// Whether a peer's key may be used: its size, and every coefficient below q (§7.2).
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
        var derived = Scratch(size: 64)
        derive(message: randomness, keyHash: hash.span, into: &derived, with: &sponge)
        KPKE.encrypt(
            randomness, to: encapsulationKey, coins: derived.span.extracting(last: 32),
            ciphertext: &ciphertext, with: &sponge)
        return Key(copying: derived.span.extracting(first: 32))
    }

    /// H(ek), public as the key is.
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
        message: Span<UInt8>, keyHash: Span<UInt8>, into derived: inout Scratch,
        with sponge: inout Sponge
    ) {
        var span = derived.mutableSpan
        sponge.start(.sha3_512)
        sponge.absorb(message)
        sponge.absorb(keyHash)
        sponge.squeeze(into: &span)
    }
}
