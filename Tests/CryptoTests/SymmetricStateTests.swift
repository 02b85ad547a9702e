import Testing

@testable import Crypto

@Suite struct SymmetricStateTests {
    static let suites = [Suite.aesGCM, .chaChaPoly]

    /// The shared secret of the vectors' two KEM operations: the first half of SHA3-512(m ‖
    /// SHA3-256(ek)), FIPS 203 algorithm 17.
    static let sharedSecret = "d2e9d0f741e00b984bdeac447881f70775d741fe835d6b239ac80bd4d0b02bb3"

    /// All values that both sides of the vectors' handshake share.
    private struct Script {
        let vectors: IntercomVectors
        let handshake: IntercomVectors.Handshake
        let m1: [UInt8]
        let m2: [UInt8]
        let m3: [UInt8]

        init(_ suite: Suite) throws {
            vectors = try IntercomVectors.read()
            handshake = vectors.handshake(suite)
            m1 = [UInt8](hex: handshake.m1)
            m2 = [UInt8](hex: handshake.m2)
            m3 = [UInt8](hex: handshake.m3)
        }

        func state(_ suite: Suite) throws -> SymmetricState {
            SymmetricState(
                suite: suite,
                responder: PublicKey(hex: try #require(vectors.public["resp"])))
        }

        func shared(_ secret: String, with point: String) throws -> Key {
            let publicKey = X25519.publicKey(of: Key(hex: point))
            guard let key = X25519.shared(Key(hex: secret), with: publicKey) else {
                throw Failure.lowOrder
            }
            return key
        }

        enum Failure: Error { case lowOrder }
    }

    @Test(arguments: suites) func transcriptAndKeysOfTheVectors(suite: Suite) throws {
        let script = try Script(suite)
        let inputs = script.vectors.inputs
        var state = try script.state(suite)
        #expect(state.handshakeHash.hex == script.handshake.h0)

        for range in [0..<8, 8..<40, 40..<1224, 1224..<1224] {
            state.mixHash(script.m1.span.extracting(range))
        }
        #expect(state.handshakeHash.hex == script.handshake.h1)

        state.mixHash(script.m2.span.extracting(0..<12))
        state.mixHash(script.m2.span.extracting(12..<44))
        state.mixKey(try script.shared(inputs.resp_e, with: inputs.init_e))
        let ciphertext = decrypt(&state, Array(script.m2[44..<1148]))
        #expect(ciphertext?.count == 1088)
        state.mixKey(Key(hex: Self.sharedSecret))
        state.mixKey(try script.shared(inputs.resp_static, with: inputs.init_e))
        #expect(decrypt(&state, Array(script.m2[1148..<1180]))?.hex == inputs.resp_caps)
        #expect(state.handshakeHash.hex == script.handshake.h2)

        state.mixHash(script.m3.span.extracting(0..<8))
        #expect(
            decrypt(&state, Array(script.m3[8..<56]))?.hex == script.vectors.public["init"])
        state.mixKey(try script.shared(inputs.init_static, with: inputs.resp_e))
        state.mixKeyAndHash(Key(hex: inputs.psk))
        #expect(decrypt(&state, Array(script.m3[56..<88]))?.hex == inputs.init_caps)
        #expect(state.handshakeHash.hex == script.handshake.h3)

        #expect(state.exporter().hex == script.handshake.exporter)
        let keys = state.transportKeys()
        let expected = script.handshake.keys
        #expect(keys.initiatorToResponder.key.hex == expected.i2r.key)
        #expect(keys.initiatorToResponder.headerKey.hex == expected.i2r.hp)
        #expect(keys.initiatorToResponder.iv.hex == expected.i2r.iv)
        #expect(keys.responderToInitiator.key.hex == expected.r2i.key)
        #expect(keys.responderToInitiator.headerKey.hex == expected.r2i.hp)
        #expect(keys.responderToInitiator.iv.hex == expected.r2i.iv)
    }

    @Test(arguments: suites) func encryptingWritesTheVectorsBytes(suite: Suite) throws {
        let script = try Script(suite)
        let inputs = script.vectors.inputs
        var writer = try script.state(suite)
        for range in [0..<8, 8..<40, 40..<1224, 1224..<1224] {
            writer.mixHash(script.m1.span.extracting(range))
        }
        writer.mixHash(script.m2.span.extracting(0..<12))
        writer.mixHash(script.m2.span.extracting(12..<44))
        writer.mixKey(try script.shared(inputs.init_e, with: inputs.resp_e))
        var reader = writer.copy()
        let plaintext = try #require(decrypt(&reader, Array(script.m2[44..<1148])))
        #expect(encrypt(&writer, plaintext) == Array(script.m2[44..<1148]))
        #expect(writer.handshakeHash.hex == reader.handshakeHash.hex)
    }

    @Test(arguments: suites) func failedDecryptionChangesNothing(suite: Suite) {
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

    @Test func copiesGoTheirOwnWay() {
        var state = SymmetricState(
            suite: .aesGCM, responder: PublicKey(bytes: Key.random().bytes))
        state.mixKey(Key.random())
        var copy = state.copy()
        #expect(copy.handshakeHash.hex == state.handshakeHash.hex)
        #expect(copy.chainingKey.isEqual(to: state.chainingKey) == true)
        copy.mixKey(Key.random())
        copy.mixHash([1].span)
        #expect(copy.handshakeHash.hex != state.handshakeHash.hex)
        #expect(copy.chainingKey.isEqual(to: state.chainingKey) == false)
    }

    @Test func nothingIsEncryptedBeforeTheFirstKey() {
        var state = SymmetricState(
            suite: .aesGCM, responder: PublicKey(bytes: Key.random().bytes))
        var reader = state.copy()
        #expect(encrypt(&state, [1, 2, 3]) == [1, 2, 3])
        #expect(decrypt(&reader, [1, 2, 3]) == [1, 2, 3])
        #expect(reader.handshakeHash.hex == state.handshakeHash.hex)
    }

    @Test func suitesHaveTranscriptsOfTheirOwn() {
        let responder = PublicKey(bytes: Key.random().bytes)
        #expect(
            SymmetricState(suite: .aesGCM, responder: responder).handshakeHash.hex
                != SymmetricState(suite: .chaChaPoly, responder: responder).handshakeHash.hex)
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
