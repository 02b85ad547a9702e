import Testing
import Vectors

@testable import Crypto

@Suite struct SealerTests {
    let plaintext = [UInt8](repeating: 0x5A, count: 64)

    private func keys() -> DirectionKeys {
        DirectionKeys(key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 0x33))
    }

    @Test func packetsOfTheVectors() throws {
        let inputs = vectors.inputs.frames
        #expect(vectors.frames.count == inputs.count * 4)
        for (i, packet) in vectors.frames.enumerated() {
            let suite = try #require(Suite(rawValue: packet.suite))
            let input = inputs[i % inputs.count]
            let sealed = vectors.seal(
                suite, packet.dir, flags: input.flags, counter: input.ctr, time: input.time,
                [UInt8](hex: input.plain))
            #expect(sealed.hex == packet.frame, "packet \(i)")
        }
    }

    @Test(arguments: Suite.both) func spentCounterSealsNothing(suite: Suite) {
        var sealer = Sealer(suite: suite, keys: keys(), receiverIndex: 1, counter: (1 << 22) - 1)
        #expect(sealer.sealed(flags: 0, plaintext)?.count == 89)
        #expect(sealer.counter == 1 << 22)
        for _ in 0..<3 { #expect(sealer.sealed(flags: 0, plaintext) == nil) }
        #expect(sealer.counter == 1 << 22)
    }

    @Test(arguments: Suite.both) func counterGrowsByOneAPacket(suite: Suite) {
        var sealer = Sealer(suite: suite, keys: keys(), receiverIndex: 0x1020_3040)
        #expect(sealer.counter == 0)
        var packets: Set<[UInt8]> = []
        for count in 1...100 as ClosedRange<UInt64> {
            let packet = sealer.sealed(flags: 0, plaintext)
            #expect(packet.map { Array($0[..<4]) } == [0x10, 0x20, 0x30, 0x40])
            packets.insert(packet ?? [])
            #expect(sealer.counter == count)
        }
        // One plaintext a hundred times, and no two packets alike.
        #expect(packets.count == 100)
    }

    @Test(arguments: Suite.both) func writesNothingBehindTheDatagram(suite: Suite) {
        var sealer = Sealer(suite: suite, keys: keys(), receiverIndex: 1)
        var datagram = [UInt8](repeating: 0xEE, count: 200)
        var span = datagram.mutableSpan
        #expect(sealer.seal(flags: 0, time: 0, plaintext: plaintext.span, into: &span) == 89)
        #expect(datagram[89...].allSatisfy { $0 == 0xEE })
    }

    @Test func sizesAreThoseOfTheProtocol() {
        #expect(PacketSeal.overhead == 25)
        #expect(PacketSeal.datagramMin == 89)
        #expect(PacketSeal.datagramMax == 1232)
    }

    @Test func plaintextOfAnotherSizeIsOurBug() async {
        await #expect(processExitsWith: .failure) {
            let keys = DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 0))
            var sealer = Sealer(suite: .aesGCM, keys: keys, receiverIndex: 1)
            _ = sealer.sealed(flags: 0, [UInt8](repeating: 0, count: 63))
        }
    }
}
