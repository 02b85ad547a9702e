import Seeds
import Testing
import Vectors
import Wire

/// What is read from an audio packet's plaintext.
func packet(in plaintext: [UInt8]) -> AudioPacket? { AudioPacket(parsing: plaintext.span) }

@Suite struct AudioPacketTests {
    @Test func writesThePlaintextsOfTheVectors() throws {
        let cases = vectors.cases("audio")
        #expect(cases.count == 5)
        for (input, expected) in cases {
            let input = try #require(input as? [String: Any])
            let expected = try #require(expected as? [String: Any])
            let frames = try #require(input["frames"] as? [String: String])
            let newest = bytes(hex: frames["\(input.int("seq"))"])
            var plaintext = [UInt8](repeating: 0xEE, count: input.int("size"))
            var span = plaintext.mutableSpan
            let packet = AudioPacket.write(
                sequence: input.uint16("seq"), depth: input.int("depth"),
                offset: input.int("offset"), isLast: input.int("kind") == 1,
                frameSize: newest.count, into: &span)
            for index in 0...packet.depth {
                let (sequence, range) = packet.frame(index)
                let frame = bytes(hex: frames["\(sequence)"])
                try #require(frame.count == range.count)
                for (at, byte) in zip(range, frame) { plaintext[at] = byte }
            }
            #expect(plaintext == bytes(hex: expected["plain"]), "\(input["what"] ?? "")")
            #expect(WireTests.packet(in: plaintext) == packet)
        }
    }

    @Test func readsAndRefusesAsTheVectorsSay() throws {
        let cases = vectors.cases("audio_parse")
        #expect(cases.count == 8)
        for (input, expected) in cases {
            let plaintext = bytes(hex: input)
            let packet = WireTests.packet(in: plaintext)
            guard let expected = expected as? [String: Any] else {
                #expect(expected as? String == "drop")
                #expect(packet == nil, "\(input)")
                continue
            }
            let found = try #require(packet)
            let frames = try #require(expected["frames"] as? [[Any]])
            #expect(found.isLast == (expected.int("kind") == 1))
            #expect(found.depth + 1 == frames.count)
            for (index, frame) in frames.enumerated() {
                let (sequence, range) = found.frame(index)
                #expect(Int(sequence) == frame.first as? Int)
                #expect(Array(plaintext[range]) == bytes(hex: frame.last))
            }
        }
    }

    @Test func sizeIsTheLeastThatHoldsTheFramesButNeverUnder64() {
        #expect(AudioPacket.plaintextSize(frameSize: 40, depth: 0) == 64)
        #expect(AudioPacket.plaintextSize(frameSize: 59, depth: 0) == 64)
        #expect(AudioPacket.plaintextSize(frameSize: 60, depth: 0) == 65)
        #expect(AudioPacket.plaintextSize(frameSize: 40, depth: 2) == 125)
    }

    @Test func whatIsWrittenIsReadBack() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<20_000 {
            let depth = Int(random.next() % 8)
            let offset = Int(random.next() % 4) + 1
            let frameSize = Int(random.next() % 150) + 1
            let size = AudioPacket.plaintextSize(frameSize: frameSize, depth: depth)
            var plaintext = [UInt8](repeating: 0xEE, count: size + Int(random.next() % 9))
            var span = plaintext.mutableSpan
            let packet = AudioPacket.write(
                sequence: UInt16(truncatingIfNeeded: random.next()), depth: depth, offset: offset,
                isLast: random.next() % 2 == 0, frameSize: frameSize, into: &span)
            let readBack = WireTests.packet(in: plaintext)
            let end = packet.frame(depth).range.upperBound
            let isPadded = plaintext[end...].allSatisfy { $0 == 0 }
            #expect(readBack == packet && isPadded, "seed \(seed)")
        }
    }
}
