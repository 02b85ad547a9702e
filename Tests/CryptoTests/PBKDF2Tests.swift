import Testing
import Vectors

@testable import Crypto

/// PBKDF2-HMAC-SHA-256 against the vectors of RFC 7914 §11.
@Suite struct PBKDF2Tests {
    private func derive(_ secret: String, _ salt: String, _ rounds: UInt32) -> String {
        filled(64) {
            PBKDF2.derive(
                Array(secret.utf8).span, salt: Array(salt.utf8).span, rounds: rounds, into: &$0)
        }.hex
    }

    @Test func theVectorsOfTheStandardAreMet() {
        #expect(
            derive("passwd", "salt", 1)
                == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")
        #expect(
            derive("Password", "NaCl", 80_000)
                == "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")
    }
}
