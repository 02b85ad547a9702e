import Foundation
import Testing

@testable import Crypto

/// Every ML-KEM-768 case of NIST's ACVP and of Wycheproof that lies in `$INTERCOM_VECTORS`.
@Suite(
    .enabled(
        if: MLKEM768Vectors.folder != nil,
        "INTERCOM_VECTORS is not set: the published ML-KEM-768 vectors are not run"))
struct MLKEM768VectorTests {
    @Test func keysAreThoseOfACVP() throws {
        var count = 0
        let path = "acvp/ML-KEM-keyGen-FIPS203/internalProjection.json"
        for group in try MLKEM768Vectors.groups(path) {
            for test in MLKEM768Vectors.tests(group) {
                let seed = MLKEM768Vectors.bytes(test["d"]) + MLKEM768Vectors.bytes(test["z"])
                expectKey(seed: seed, test)
                count += 1
            }
        }
        print("ML-KEM-768 ACVP key generation: \(count) cases")
        #expect(count > 0)
    }

    @Test func keysAreThoseOfWycheproof() throws {
        var count = 0
        for group in try MLKEM768Vectors.groups("wycheproof/mlkem_768_keygen_seed_test.json") {
            for test in MLKEM768Vectors.tests(group) {
                expectKey(seed: MLKEM768Vectors.bytes(test["seed"]), test)
                count += 1
            }
        }
        print("ML-KEM-768 Wycheproof key generation: \(count) cases")
        #expect(count > 0)
    }

    private func expectKey(seed: [UInt8], _ test: [String: Any]) {
        let key = MLKEM768.DecapsulationKey(seed: seed.span)
        let publicKey = MLKEM768Vectors.bytes(test["ek"])
        let number = test["tcId"] ?? "?"
        #expect(MLKEM768Tests.encapsulationKey(of: key) == publicKey, "case \(number)")
        #expect(ExpandedKey.write(key) == MLKEM768Vectors.bytes(test["dk"]), "case \(number)")
    }

    @Test func encapsulationAndDecapsulationAreThoseOfACVP() throws {
        var counts: [String: Int] = [:]
        let path = "acvp/ML-KEM-encapDecap-FIPS203/internalProjection.json"
        for group in try MLKEM768Vectors.groups(path) {
            let function = group["function"] as? String ?? ""
            for test in MLKEM768Vectors.tests(group) {
                counts[function, default: 0] += 1
                let publicKey = MLKEM768Vectors.bytes(test["ek"])
                let secretKey = MLKEM768Vectors.bytes(test["dk"])
                let ciphertext = MLKEM768Vectors.bytes(test["c"])
                let secret = MLKEM768Vectors.bytes(test["k"])
                let passes = test["testPassed"] as? Bool
                switch function {
                case "encapsulation":
                    let randomness = MLKEM768Vectors.bytes(test["m"])
                    let sent = MLKEM768Tests.encapsulate(to: publicKey, randomness: randomness)
                    #expect(sent?.ciphertext == ciphertext)
                    #expect(sent?.secret == secret)
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
        return MLKEM768Tests.bytes(of: key.decapsulate(ciphertext.span))
    }

    @Test func decapsulationIsThatOfWycheproof() throws {
        var (valid, refused) = (0, 0)
        let path = "wycheproof/mlkem_768_semi_expanded_decaps_test.json"
        for group in try MLKEM768Vectors.groups(path) {
            for test in MLKEM768Vectors.tests(group) {
                let secret = decapsulate(
                    MLKEM768Vectors.bytes(test["c"]), with: MLKEM768Vectors.bytes(test["dk"]))
                let isValid = test["result"] as? String == "valid"
                let wanted = isValid ? MLKEM768Vectors.bytes(test["K"]) : nil
                #expect(secret == wanted, "case \(test["tcId"] ?? "?")")
                if isValid { valid += 1 } else { refused += 1 }
            }
        }
        print("ML-KEM-768 Wycheproof expanded keys: \(valid) valid, \(refused) refused")
        #expect(valid > 0 && refused > 0)
    }

    @Test func seedsAndCiphertextsAreThoseOfWycheproof() throws {
        var (valid, refused) = (0, 0)
        for group in try MLKEM768Vectors.groups("wycheproof/mlkem_768_test.json") {
            for test in MLKEM768Vectors.tests(group) {
                let seed = MLKEM768Vectors.bytes(test["seed"])
                let ciphertext = MLKEM768Vectors.bytes(test["c"])
                // Lengths are the caller's to check: a message of another length is not read.
                guard seed.count == MLKEM768.seedSize,
                    ciphertext.count == MLKEM768.ciphertextSize
                else {
                    #expect(test["result"] as? String == "invalid")
                    refused += 1
                    continue
                }
                let key = MLKEM768.DecapsulationKey(seed: seed.span)
                let secret = MLKEM768Tests.bytes(of: key.decapsulate(ciphertext.span))
                #expect(
                    MLKEM768Tests.encapsulationKey(of: key)
                        == MLKEM768Vectors.bytes(test["ek"]))
                #expect(secret == MLKEM768Vectors.bytes(test["K"]), "\(test["tcId"] ?? "?")")
                #expect(test["result"] as? String == "valid")
                valid += 1
            }
        }
        print("ML-KEM-768 Wycheproof: \(valid) valid, \(refused) refused by length")
        #expect(valid > 0 && refused > 0)
    }
}
