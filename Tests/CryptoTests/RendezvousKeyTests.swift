import Crypto
import Testing

/// Topics at a broker, and what lies there (protocol.md §1.10).
@Suite struct RendezvousKeyTests {
    private static let secrets = (
        own: [UInt8](repeating: 0x11, count: 32), peer: [UInt8](repeating: 0x22, count: 32)
    )

    private func key(
        _ own: [UInt8], _ peer: [UInt8], psk: UInt8 = 0x77
    ) -> (key: RendezvousKey, own: PublicKey, peer: PublicKey) {
        let peer = X25519.publicKey(of: Key(copying: peer.span))
        let psk = [UInt8](repeating: psk, count: 32)
        let key = RendezvousKey(
            own: Key(copying: own.span), peer: peer, psk: Key(copying: psk.span))!
        return (key, X25519.publicKey(of: Key(copying: own.span)), peer)
    }

    private func open(_ sealed: [UInt8], at topic: String, _ key: RendezvousKey) -> [UInt8]? {
        key.open(sealed.span, at: topic)
    }

    private func seal(_ text: [UInt8], for topic: String, _ key: RendezvousKey) -> [UInt8] {
        key.seal(text.span, for: topic, random: fill)
    }

    private func fill(_ bytes: inout MutableSpan<UInt8>) { Random.fill(&bytes) }

    @Test func bothSidesHaveTheSameTopicsAndReadEachOther() {
        let (a, own, peer) = key(Self.secrets.own, Self.secrets.peer)
        let (b, _, _) = key(Self.secrets.peer, Self.secrets.own)
        for writer in [own, peer] {
            let topic = a.topic(day: 20_786, writer: writer)
            #expect(topic == b.topic(day: 20_786, writer: writer))
            #expect(topic.utf8.count == 32)
            let text: [UInt8] = [1, 2, 3]
            let sealed = seal(text, for: topic, a)
            #expect(sealed.count == text.count + RendezvousKey.overhead)
            #expect(open(sealed, at: topic, b) == text)
            #expect(seal(text, for: topic, a) != sealed)
        }
    }

    @Test func directionDayPSKAndPeerGiveOtherTopics() {
        let (key, own, peer) = key(Self.secrets.own, Self.secrets.peer)
        let without = self.key(Self.secrets.own, Self.secrets.peer, psk: 0).key
        let stranger = self.key([UInt8](repeating: 0x33, count: 32), Self.secrets.peer).key
        let topics = [
            key.topic(day: 1, writer: own), key.topic(day: 1, writer: peer),
            key.topic(day: 2, writer: own), without.topic(day: 1, writer: own),
            stranger.topic(day: 1, writer: own),
        ]
        #expect(Set(topics).count == topics.count)
    }

    @Test func whatIsChangedMovedOrCutIsNotOpened() {
        let (key, own, peer) = key(Self.secrets.own, Self.secrets.peer)
        let topic = key.topic(day: 1, writer: own)
        let text = [UInt8](repeating: 9, count: 40)
        let sealed = seal(text, for: topic, key)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(open(changed, at: topic, key) == nil)
        }
        for size in sealed.indices {
            #expect(open(Array(sealed.prefix(size)), at: topic, key) == nil)
        }
        #expect(open(sealed, at: key.topic(day: 2, writer: own), key) == nil)
        #expect(open(sealed, at: key.topic(day: 1, writer: peer), key) == nil)
        let stranger = self.key([UInt8](repeating: 0x33, count: 32), Self.secrets.peer).key
        #expect(open(sealed, at: topic, stranger) == nil)
    }

    @Test func aPointOfLowOrderGivesNoKey() {
        let zeros = [UInt8](repeating: 0, count: 32)
        let key = RendezvousKey(own: .random(), peer: PublicKey(bytes: zeros.span), psk: .zero())
        #expect(key == nil)
    }
}
