// Runs ML-KEM-768 once with everything secret marked undefined, for valgrind's memcheck to see
// what the machine code makes of it. Built and run by tools/check-constant-time; not part of the
// product.
//
// PROBE_PLANT=branch or PROBE_PLANT=index in the environment plants one leak of that kind.

import CLinux
import CProbe

func classify(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { unsafe probe_classify($0.baseAddress!, $0.count) }
}

func declassify(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { unsafe secret_declassify($0.baseAddress!, $0.count) }
}

/// A copy of the key that may be looked at.
func revealed(_ key: borrowing Key) -> [UInt8] {
    let span = key.bytes
    let bytes = span.indices.map { span[$0] }
    declassify(bytes)
    return bytes
}

func probe(planting leak: ProbePlant) {
    var seed = (0..<MLKEM768.seedSize).map { UInt8($0) }
    var randomness = [UInt8](repeating: 0x66, count: MLKEM768.randomnessSize)
    classify(&seed)
    classify(&randomness)

    switch leak {
    case PROBE_PLANT_BRANCH: if seed[3] & 1 == 0 { print("the planted branch was taken") }
    case PROBE_PLANT_INDEX:
        let table = (0..<16).map { UInt8(7 * $0) }
        let entry = [table[Int(seed[3] & 0x0F)]]
        // Only the address is to tell; the branch here is on a public value.
        declassify(entry)
        if entry[0] == 21 { print("the planted lookup was made") }
    default: break
    }

    let key = MLKEM768.DecapsulationKey(seed: seed.span)
    var encapsulationKey = [UInt8](repeating: 0, count: MLKEM768.encapsulationKeySize)
    var keySpan = encapsulationKey.mutableSpan
    key.encapsulationKey(into: &keySpan)
    declassify(encapsulationKey)

    var ciphertext = [UInt8](repeating: 0, count: MLKEM768.ciphertextSize)
    var ciphertextSpan = ciphertext.mutableSpan
    guard
        let sent = MLKEM768.encapsulate(
            to: encapsulationKey.span, randomness: randomness.span, ciphertext: &ciphertextSpan)
    else { fatalError("the key just made was refused") }
    declassify(ciphertext)

    var altered = ciphertext
    altered[17] ^= 1
    let received = key.decapsulate(ciphertext.span)
    let rejected = key.decapsulate(altered.span)

    let secret = revealed(sent)
    precondition(revealed(received) == secret && revealed(rejected) != secret)
    print("done")
}

probe(planting: probe_plant())
