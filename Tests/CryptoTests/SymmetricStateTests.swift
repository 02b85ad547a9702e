import Testing
import Vectors

@testable import Crypto

@Suite struct SymmetricStateTests {
    @Test(arguments: Suite.both) func failedDecryptionChangesNothing(suite: Suite) {
        var writer = SymmetricState(suite: suite, responder: PublicKey(bytes: Key.random().bytes))
        writer.mixKey(Key.random())
        var reader = writer.copy()
        let before = reader.handshakeHash.hex
        let sealed = encrypt(&writer, [1, 2, 3])
        for bit in 0..<sealed.count * 8 {
            var flipped = sealed
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(decrypt(&reader, flipped) == nil, "bit \(bit)")
        }
        #expect(reader.handshakeHash.hex == before)
        #expect(decrypt(&reader, sealed) == [1, 2, 3])
        #expect(reader.handshakeHash.hex == writer.handshakeHash.hex)
    }

    @Test func nothingIsEncryptedBeforeTheFirstKey() {
        var state = SymmetricState(suite: .aesGCM, responder: PublicKey(bytes: Key.random().bytes))
        var reader = state.copy()
        #expect(encrypt(&state, [1, 2, 3]) == [1, 2, 3])
        #expect(decrypt(&reader, [1, 2, 3]) == [1, 2, 3])
        #expect(reader.handshakeHash.hex == state.handshakeHash.hex)
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedNoiseCaseAgrees() throws {
        var tally = Tally()
        let files = try PublishedVectors.files("noise", prefix: "")
        #expect(!files.isEmpty)
        for file in files {
            for vector in try PublishedVectors.read(file, as: NoiseVectors.self).vectors {
                guard let rehearsal = NoiseRehearsal(vector) else {
                    tally.skip("of other patterns, curves, ciphers or hashes")
                    continue
                }
                try rehearsal.run()
                tally.run()
            }
        }
        tally.report("Noise XK1 and XKpsk3, 25519, SHA256")
    }
}

/// EncryptAndHash into an array.
func encrypt(_ state: inout SymmetricState, _ plaintext: [UInt8]) -> [UInt8] {
    var ciphertext = [UInt8](repeating: 0, count: plaintext.count + AEAD.tagSize)
    var span = ciphertext.mutableSpan
    let size = state.encryptAndHash(plaintext.span, into: &span)
    return Array(ciphertext[..<size])
}

/// DecryptAndHash into an array, as long as the ciphertext less its tag if it was encrypted.
func decrypt(_ state: inout SymmetricState, _ ciphertext: [UInt8]) -> [UInt8]? {
    var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
    var span = plaintext.mutableSpan
    let size = ciphertext.count - (state.hasKey ? AEAD.tagSize : 0)
    guard state.decryptAndHash(ciphertext.span, into: &span) else { return nil }
    return Array(plaintext[..<size])
}
