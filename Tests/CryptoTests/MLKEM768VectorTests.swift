import Foundation
import Testing
import Vectors

@testable import Crypto

/// Every ML-KEM-768 case of NIST's ACVP and of Wycheproof that lies in `$INTERCOM_VECTORS`.
@Suite(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
struct MLKEM768VectorTests {
    @Test func keysAreThoseOfACVP() throws {
        var count = 0
        let path = "acvp/ML-KEM-keyGen-FIPS203/internalProjection.json"
        for group in try MLKEM768Vectors.groups(path) {
            for test in MLKEM768Vectors.tests(group) {
                let seed = bytes(hex: test["d"]) + bytes(hex: test["z"])
                expectKey(seed: seed, test)
                count += 1
            }
        }
        print("ML-KEM-768 ACVP key generation: \(count) cases")
        #expect(count > 0)
    }

    private func expectKey(seed: [UInt8], _ test: [String: Any]) {
        let key = MLKEM768.DecapsulationKey(seed: seed.span)
        let isPublicKey = MLKEM768Tests.encapsulationKey(of: key) == bytes(hex: test["ek"])
        let isSecretKey = ExpandedKey.write(key) == bytes(hex: test["dk"])
        #expect(isPublicKey && isSecretKey, "case \(test["tcId"] ?? "?")")
    }

    @Test func encapsulationAndDecapsulationAreThoseOfACVP() throws {
        var counts: [String: Int] = [:]
        let path = "acvp/ML-KEM-encapDecap-FIPS203/internalProjection.json"
        for group in try MLKEM768Vectors.groups(path) {
            let function = group["function"] as? String ?? ""
            for test in MLKEM768Vectors.tests(group) {
                counts[function, default: 0] += 1
                let publicKey = bytes(hex: test["ek"])
                let secretKey = bytes(hex: test["dk"])
                let ciphertext = bytes(hex: test["c"])
                let secret = bytes(hex: test["k"])
                let passes = test["testPassed"] as? Bool
                switch function {
                case "encapsulation":
                    let randomness = bytes(hex: test["m"])
                    let sent = MLKEM768Tests.encapsulate(to: publicKey, randomness: randomness)
                    let isSame = sent?.ciphertext == ciphertext && sent?.secret == secret
                    #expect(isSame, "case \(test["tcId"] ?? "?")")
                    #expect(decapsulate(ciphertext, with: secretKey) == secret)
                case "decapsulation":
                    #expect(decapsulate(ciphertext, with: secretKey) == secret)
                case "encapsulationKeyCheck":
                    #expect(MLKEM768Tests.isValid(publicKey) == passes)
                case "decapsulationKeyCheck":
                    let isAccepted = ExpandedKey.read(secretKey) != nil
                    #expect(isAccepted == passes)
                default: Issue.record("unknown function \(function)")
                }
            }
        }
        print("ML-KEM-768 ACVP: \(counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" })")
        #expect(counts.count == 4)
    }

    private func decapsulate(_ ciphertext: [UInt8], with expandedKey: [UInt8]) -> [UInt8]? {
        guard ciphertext.count == MLKEM768.ciphertextSize,
            let key = ExpandedKey.read(expandedKey)
        else { return nil }
        return [UInt8](key.decapsulate(ciphertext.span).bytes)
    }

    /// Whatever the file's name: each group names the kind of its cases.
    @Test func everyKindOfWycheproofCaseHolds() throws {
        var counts: [String: Int] = [:]
        for file in try PublishedVectors.files("wycheproof", prefix: "mlkem_") {
            for group in try MLKEM768Vectors.groups("wycheproof/\(file.lastPathComponent)") {
                let kind = group["type"] as? String ?? ""
                for test in MLKEM768Vectors.tests(group) {
                    let isValid = test["result"] as? String == "valid"
                    counts["\(kind) \(isValid ? "valid" : "invalid")", default: 0] += 1
                    switch kind {
                    case "MLKEMKeyGen":
                        expectKey(seed: bytes(hex: test["seed"]), test)
                    case "MLKEMTest": expectSeedAndSecret(test, isValid: isValid)
                    case "MLKEMEncapsTest": expectEncapsulation(test, isValid: isValid)
                    case "MLKEMDecapsValidationTest":
                        let secret = decapsulate(
                            bytes(hex: test["c"]),
                            with: bytes(hex: test["dk"]))
                        let wanted = isValid ? bytes(hex: test["K"]) : nil
                        #expect(secret == wanted, "case \(test["tcId"] ?? "?")")
                    default: Issue.record("unknown kind \(kind)")
                    }
                }
            }
        }
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("ML-KEM-768 Wycheproof \(kind): \(count) cases")
        }
        #expect(counts.count >= 3)
    }

    private func expectSeedAndSecret(_ test: [String: Any], isValid: Bool) {
        let number = test["tcId"] ?? "?"
        let seed = bytes(hex: test["seed"])
        let ciphertext = bytes(hex: test["c"])
        // Callers check lengths: a message of another length is never read.
        guard seed.count == MLKEM768.seedSize, ciphertext.count == MLKEM768.ciphertextSize
        else {
            #expect(!isValid, "case \(number)")
            return
        }
        let key = MLKEM768.DecapsulationKey(seed: seed.span)
        let isPublicKey = MLKEM768Tests.encapsulationKey(of: key) == bytes(hex: test["ek"])
        let isSecret = [UInt8](key.decapsulate(ciphertext.span).bytes) == bytes(hex: test["K"])
        #expect(isValid && isPublicKey && isSecret, "case \(number)")
    }

    private func expectEncapsulation(_ test: [String: Any], isValid: Bool) {
        let sent = MLKEM768Tests.encapsulate(
            to: bytes(hex: test["ek"]), randomness: bytes(hex: test["m"]))
        let isSame =
            isValid
            ? sent?.ciphertext == bytes(hex: test["c"]) && sent?.secret == bytes(hex: test["K"])
            : sent == nil
        #expect(isSame, "case \(test["tcId"] ?? "?")")
    }
}
