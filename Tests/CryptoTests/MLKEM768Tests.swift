import Testing
import Vectors

@testable import Crypto

extension MLKEM768.DecapsulationKey {
    /// A fresh key pair from the kernel's generator.
    static func random() -> MLKEM768.DecapsulationKey {
        MLKEM768.DecapsulationKey { Random.fill(&$0) }
    }
}

@Suite struct MLKEM768Tests {
    /// An encapsulation made from bytes, for tests that compare bytes.
    static func encapsulate(to key: [UInt8], randomness: [UInt8]) -> (
        secret: [UInt8], ciphertext: [UInt8]
    )? {
        var ciphertext = [UInt8](repeating: 0, count: MLKEM768.ciphertextSize)
        var span = ciphertext.mutableSpan
        guard
            let secret = MLKEM768.encapsulate(
                to: key.span, randomness: randomness.span, ciphertext: &span)
        else { return nil }
        return ([UInt8](secret.bytes), ciphertext)
    }

    static func encapsulationKey(of key: borrowing MLKEM768.DecapsulationKey) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: MLKEM768.encapsulationKeySize)
        var span = bytes.mutableSpan
        key.encapsulationKey(into: &span)
        return bytes
    }

    static func isValid(_ key: [UInt8]) -> Bool {
        MLKEM768.isValid(encapsulationKey: key.span)
    }

    @Test func bothSidesGetTheSameSecret() throws {
        for _ in 0..<10 {
            let key = MLKEM768.DecapsulationKey.random()
            let randomness = [UInt8](Key.random().bytes)
            let sent = try #require(
                Self.encapsulate(to: Self.encapsulationKey(of: key), randomness: randomness))
            #expect([UInt8](key.decapsulate(sent.ciphertext.span).bytes) == sent.secret)
        }
    }

    @Test func anAlteredCiphertextGivesAnotherSecretAndAlwaysTheSame() throws {
        let key = MLKEM768.DecapsulationKey.random()
        let randomness = [UInt8](repeating: 0x66, count: 32)
        let sent = try #require(
            Self.encapsulate(to: Self.encapsulationKey(of: key), randomness: randomness))
        var secrets: Set = [sent.secret]
        for index in [0, 1, 319, 320, 959, 960, 1087] {
            var altered = sent.ciphertext
            altered[index] ^= 0x10
            let rejected = [UInt8](key.decapsulate(altered.span).bytes)
            #expect(rejected == [UInt8](key.decapsulate(altered.span).bytes))
            secrets.insert(rejected)
        }
        #expect(secrets.count == 8)
    }

    @Test func aKeyWithACoefficientOfQOrMoreIsRefused() {
        let good = Self.encapsulationKey(of: .random())
        #expect(Self.isValid(good))
        for coefficient in [0, 1, 2, 255, 256, 766, 767] {
            for value in [3329, 3330, 4095] {
                var bad = good
                Self.put(value, at: coefficient, in: &bad)
                #expect(!Self.isValid(bad), "coefficient \(coefficient) is \(value)")
                #expect(Self.encapsulate(to: bad, randomness: [UInt8](good[0..<32])) == nil)
            }
            var edge = good
            Self.put(3328, at: coefficient, in: &edge)
            #expect(Self.isValid(edge))
        }
        #expect(!Self.isValid([UInt8](good.dropLast())))
        #expect(!Self.isValid(good + [0]))
        #expect(!Self.isValid([]))
    }

    /// Writes a twelve-bit coefficient into an encoded key.
    private static func put(_ value: Int, at coefficient: Int, in key: inout [UInt8]) {
        let at = coefficient / 2 * 3
        if coefficient.isMultiple(of: 2) {
            key[at] = UInt8(value & 0xFF)
            key[at + 1] = key[at + 1] & 0xF0 | UInt8(value >> 8)
        } else {
            key[at + 1] = key[at + 1] & 0x0F | UInt8(value & 0x0F) << 4
            key[at + 2] = UInt8(value >> 4)
        }
    }

    @Test func aCiphertextOfAnotherSizeIsTheCallersMistake() async {
        await #expect(processExitsWith: .failure) {
            let short = [UInt8](repeating: 0, count: 1087)
            _ = MLKEM768.DecapsulationKey.random().decapsulate(short.span)
        }
        await #expect(processExitsWith: .failure) {
            let long = [UInt8](repeating: 0, count: 1089)
            _ = MLKEM768.DecapsulationKey.random().decapsulate(long.span)
        }
        await #expect(processExitsWith: .failure) {
            let short = [UInt8](repeating: 0, count: 63)
            _ = MLKEM768.DecapsulationKey(seed: short.span)
        }
    }

    /// The pairings of `Tests/Vectors/intercom_v1.json`.
    @Test func makesTheKeysAndCiphertextsOfTheProtocolsVectors() throws {
        let root = ProtocolVectors().root
        let inputs = try #require(root["inputs"] as? [String: Any])

        let given = try #require(inputs["pairing"] as? [[String: Any]])
        let pairings = try #require(root["pairing"] as? [[String: Any]])
        #expect(pairings.count == 2)
        for (given, expected) in zip(given, pairings) {
            let seed = bytes(hex: given["kem_seed"])
            let key = MLKEM768.DecapsulationKey(seed: seed.span)
            // After length, type, version, suites, nonce and pA; the same in the answer.
            let publicKey = Array(bytes(hex: expected["p1"])[86..<86 + 1184])
            let ciphertext = Array(bytes(hex: expected["p2"])[86..<86 + 1088])
            let secret = bytes(hex: expected["ss"])
            let randomness = bytes(hex: given["kem_m"])
            let sent = try #require(Self.encapsulate(to: publicKey, randomness: randomness))
            let isSameKey = Self.encapsulationKey(of: key) == publicKey
            let isSameCiphertext = sent.ciphertext == ciphertext
            #expect(isSameKey && isSameCiphertext)
            #expect(sent.secret == secret)
            #expect([UInt8](key.decapsulate(ciphertext.span).bytes) == secret)
        }
    }
}
