import Crypto
import Testing
import Vectors

/// Tags on the LAN, by the shared vectors (protocol.md §1.9).
@Suite struct TagKeyTests {
    private func key(_ own: String, _ peer: String, _ psk: String) -> TagKey {
        TagKey(own: Key(hex: own), peer: X25519.publicKey(of: Key(hex: peer)), psk: Key(hex: psk))!
    }

    private func number(_ hex: String) -> UInt64 {
        [UInt8](hex: hex).reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test func bothSidesMakeTheTagsOfTheVectors() {
        let inputs = vectors.inputs
        let nonce = [UInt8](hex: inputs.lan.nonce)
        #expect(vectors.lan.tags.count == 2)
        for one in vectors.lan.tags {
            let keys = [
                key(inputs.init_static, inputs.resp_static, one.psk),
                key(inputs.resp_static, inputs.init_static, one.psk),
            ]
            for key in keys {
                let sides = [
                    (inputs.init_static, one.`init`), (inputs.resp_static, one.resp),
                ]
                for (secret, tag) in sides {
                    let announcer = X25519.publicKey(of: Key(hex: secret))
                    #expect(key.tag(nonce: nonce.span, announcer: announcer) == number(tag))
                }
            }
        }
    }

    @Test func aStrangerAnotherPSKAnotherNonceAndTheOtherSideHaveOtherTags() {
        let inputs = vectors.inputs
        let nonce = [UInt8](hex: inputs.lan.nonce)
        let own = X25519.publicKey(of: Key(hex: inputs.init_static))
        let peer = X25519.publicKey(of: Key(hex: inputs.resp_static))
        let key = key(inputs.init_static, inputs.resp_static, inputs.psk)
        let real = key.tag(nonce: nonce.span, announcer: own)
        var others = [key.tag(nonce: nonce.span, announcer: peer)]
        let later = [UInt8](nonce.reversed())
        others.append(key.tag(nonce: later.span, announcer: own))
        // The stranger has both public keys and the psk.
        let stranger = self.key(String(repeating: "5a", count: 32), inputs.resp_static, inputs.psk)
        others.append(stranger.tag(nonce: nonce.span, announcer: own))
        let without = self.key(
            inputs.init_static, inputs.resp_static, String(repeating: "0", count: 64))
        others.append(without.tag(nonce: nonce.span, announcer: own))
        #expect(!others.contains(real) && Set(others).count == others.count)
    }

    @Test func aPointOfLowOrderGivesNoKey() {
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(TagKey(own: .random(), peer: PublicKey(bytes: zeros.span), psk: .zero()) == nil)
    }
}
