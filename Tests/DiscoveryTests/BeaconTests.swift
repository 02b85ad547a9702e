import Crypto
import Seeds
import Testing

@testable import Peering

@Suite struct BeaconTests {
    let kitchen = Person(1)
    let garage = Person(2)
    let stranger = Person(3)

    private func beacon(psk: UInt8 = 0, _ seed: UInt64 = 1) -> Beacon {
        Beacon(of: kitchen.publicKey, to: [kitchen.tagKey(with: garage, psk: psk)], lots(seed))
    }

    @Test func aPeerRecognisesItAndNobodyElseDoes() {
        let beacon = beacon()
        let own = kitchen.publicKey
        #expect(beacon.isOf(own, by: garage.tagKey(with: kitchen)))
        #expect(!beacon.isOf(own, by: stranger.tagKey(with: kitchen)))
        #expect(!beacon.isOf(own, by: garage.tagKey(with: kitchen, psk: 9)))
        #expect(!beacon.isOf(stranger.publicKey, by: garage.tagKey(with: kitchen)))
    }

    @Test func twoOfThemHaveNothingInCommon() {
        let (one, other) = (beacon(1), beacon(2))
        #expect(one.nonce != other.nonce)
        #expect(Set(one.tags).isDisjoint(with: other.tags))
    }

    /// The number of peers does not show, nor which tags are theirs: the place of a peer's tag is
    /// any, and there are 32 different tags.
    @Test func allHave32TagsInAnyOrder() {
        let key = kitchen.tagKey(with: garage)
        var places = [Int](repeating: 0, count: Beacon.tags)
        for seed in testSeeds(1600) {
            let one = beacon(seed)
            #expect(Set(one.tags).count == Beacon.tags)
            let tag = key.tag(nonce: one.nonce.span, announcer: kitchen.publicKey)
            places[one.tags.firstIndex(of: tag)!] += 1
        }
        // So many on average; four and a half times the deviation.
        let average = Double(places.reduce(0, +)) / Double(Beacon.tags)
        let off = 4.5 * average.squareRoot()
        #expect(places.allSatisfy { abs(Double($0) - average) < off }, "\(places)")
        let none = Beacon(of: kitchen.publicKey, to: [], lots(7))
        #expect(none.tags.count == Beacon.tags && none.text.count == beacon().text.count)
        let keys = [TagKey](repeating: key, count: 31)
        #expect(Beacon(of: kitchen.publicKey, to: keys, lots(7)).tags.count == 32)
    }

    @Test func theTextIsReadAgain() {
        let one = beacon()
        #expect(Beacon(text: one.text) == one)
        #expect(one.text.count == 4 + 19 + 195)
        // Other strings, and a second one of a kind, do not matter.
        let more = bytes(one.text, labels("x=1", "n="), [0])
        #expect(Beacon(text: more) == one)
    }

    @Test func anotherVersionAndOtherSizesAreNotRead() {
        let text = beacon().text
        let (version, nonce, tags) = (text[..<4], text[4..<23], text[23...])
        #expect(Beacon(text: Array(nonce + tags)) == nil)
        #expect(Beacon(text: bytes(labels("v=2"), Array(nonce), Array(tags))) == nil)
        #expect(Beacon(text: Array(version + tags)) == nil)
        #expect(Beacon(text: Array(version + nonce)) == nil)
        for count in text.indices { #expect(Beacon(text: Array(text[..<count])) == nil) }
        var short = Array(text.dropLast(6))
        short[23] -= 6
        #expect(Beacon(text: short) == nil)
    }
}
