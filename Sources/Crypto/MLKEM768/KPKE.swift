/// K-PKE, the encryption inside ML-KEM; never to be used by itself (FIPS 203 §5).
enum KPKE {
    static let rank = 3
    static let messageSize = 32
    static let seedSize = 32
    /// Bits a coefficient keeps in the two parts of a ciphertext (du and dv of table 2).
    static let (vectorBits, valueBits) = (10, 4)

    static let polynomialSize = Polynomial.size(bits: 12)
    static let vectorPartSize = Polynomial.size(bits: vectorBits)
    static let ciphertextVectorSize = rank * vectorPartSize

    /// Makes the secret vector ŝ and writes the encryption key t̂ ‖ ρ (algorithm 13).
    static func generateKey(
        publicSeed: Span<UInt8>, secretSeed: Span<UInt8>, secret: inout PolynomialVector,
        encryptionKey: inout MutableSpan<UInt8>, with sponge: inout Sponge
    ) {
        for i in 0..<rank {
            secret[i].sampleNoise(seed: secretSeed, nonce: i, with: &sponge)
            secret[i].transform()
        }
        var sum = Polynomial()
        var entry = Polynomial()
        for i in 0..<rank {
            sum.sampleNoise(seed: secretSeed, nonce: rank + i, with: &sponge)
            sum.transform()
            for j in 0..<rank {
                entry.sampleUniform(seed: publicSeed, row: i, column: j, with: &sponge)
                sum.addProduct(entry, secret[j])
            }
            sum.encode(into: &encryptionKey, at: i * polynomialSize)
        }
        for index in publicSeed.indices {
            encryptionKey[rank * polynomialSize + index] = publicSeed[index]
        }
    }

    /// Writes the ciphertext of a 32-byte message, with no randomness but `coins` (algorithm 14).
    static func encrypt(
        _ message: Span<UInt8>, to encryptionKey: Span<UInt8>, coins: Span<UInt8>,
        ciphertext: inout MutableSpan<UInt8>, with sponge: inout Sponge
    ) {
        let publicSeed = encryptionKey.extracting(last: seedSize)
        var ephemeral = PolynomialVector { _ in Polynomial() }
        for i in 0..<rank {
            ephemeral[i].sampleNoise(seed: coins, nonce: i, with: &sponge)
            ephemeral[i].transform()
        }
        var sum = Polynomial()
        var term = Polynomial()
        for i in 0..<rank {
            sum.clear()
            for j in 0..<rank {
                // The matrix is used transposed here.
                term.sampleUniform(seed: publicSeed, row: j, column: i, with: &sponge)
                sum.addProduct(term, ephemeral[j])
            }
            sum.inverseTransform()
            term.sampleNoise(seed: coins, nonce: rank + i, with: &sponge)
            sum.add(term)
            sum.compress(to: vectorBits, into: &ciphertext, at: i * vectorPartSize)
        }
        sum.clear()
        for i in 0..<rank {
            let part = i * polynomialSize..<(i + 1) * polynomialSize
            term.decode(encryptionKey.extracting(part))
            sum.addProduct(term, ephemeral[i])
        }
        sum.inverseTransform()
        term.sampleNoise(seed: coins, nonce: 2 * rank, with: &sponge)
        sum.add(term)
        term.decompress(message, from: 1)
        sum.add(term)
        sum.compress(to: valueBits, into: &ciphertext, at: ciphertextVectorSize)
    }

    /// Writes the message a ciphertext holds (algorithm 15).
    static func decrypt(
        _ ciphertext: Span<UInt8>, with secret: borrowing PolynomialVector,
        message: inout MutableSpan<UInt8>
    ) {
        var sum = Polynomial()
        var term = Polynomial()
        for i in 0..<rank {
            let part = i * vectorPartSize..<(i + 1) * vectorPartSize
            term.decompress(ciphertext.extracting(part), from: vectorBits)
            term.transform()
            sum.addProduct(term, secret[i])
        }
        sum.inverseTransform()
        term.decompress(
            ciphertext.extracting(ciphertextVectorSize..<ciphertext.count), from: valueBits)
        sum.subtract(from: term)
        sum.compress(to: 1, into: &message, at: 0)
    }
}
