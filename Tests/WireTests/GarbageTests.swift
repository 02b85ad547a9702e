import Foundation
import Seeds
import Testing
import Wire

/// Whatever arrives, the readers of `Wire` read it or refuse it, and never read beyond it.
@Suite struct GarbageTests {
    static let count = isLongRun ? 1_000_000 : 50_000

    /// Flips some bytes of a valid message, cuts it, or fills it anew.
    private static func spoil(
        _ bytes: inout [UInt8], _ count: inout Int, _ random: inout SplitMix64
    ) {
        let size = bytes.count
        switch random.next() % 4 {
        case 0:
            count = Int(random.next() % UInt64(size + 1))
        case 1:
            for place in 0..<size { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
        default:
            for _ in 0...random.next() % 6 {
                bytes[Int(random.next() % UInt64(size))] = UInt8(truncatingIfNeeded: random.next())
            }
        }
    }

    @Test func controlRecordsAreReadOrRefused() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<Self.count {
            var payload = ControlPayload()
            for _ in 0..<3 { _ = payload.append(ControlPayloadTests.randomRecord(&random)) }
            var bytes = (0..<ControlPayload.capacity).map { payload.bytes[$0] }
            var count = bytes.count
            Self.spoil(&bytes, &count, &random)
            var read = 0
            let isGood = ControlReader.read(bytes.span.extracting(first: count)) { _ in read += 1 }
            if !isGood { refused += 1 }
            #expect(isGood || read == 0, "seed \(seed)")
        }
        #expect(refused > Self.count / 20 && refused < Self.count * 19 / 20, "seed \(seed)")
    }

    @Test func handshakeHeadersAreReadOrRefused() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var messages: [[UInt8]] = []
        for header in [
            HandshakeHeader.initiation(suite: 1, sender: 0x1234_5678),
            .response(suite: 2, sender: 0x1234_5678, receiver: 0x8765_4321),
            .finish(suite: 1, receiver: 0x1234_5678), .cookieReply(suite: 2, receiver: 0x1000_0000),
        ] {
            var message = [UInt8](repeating: 0, count: header.kind.messageSize)
            var span = message.mutableSpan
            header.write(into: &span)
            messages.append(message)
        }
        var refused = 0
        for turn in 0..<Self.count {
            var bytes = messages[turn % messages.count]
            for _ in 0...random.next() % 3 {
                bytes[Int(random.next() % 12)] = UInt8(truncatingIfNeeded: random.next() % 18)
            }
            let count =
                random.next() % 8 == 0 ? Int(random.next() % UInt64(bytes.count)) : bytes.count
            guard let header = HandshakeHeader(parsing: bytes.span.extracting(first: count)) else {
                refused += 1
                continue
            }
            // What was read is complete: written again it gives the same bytes.
            var again = bytes
            var span = again.mutableSpan
            header.write(into: &span)
            #expect(again == bytes && count == header.kind.messageSize, "seed \(seed)")
        }
        #expect(refused > Self.count / 20 && refused < Self.count * 19 / 20, "seed \(seed)")
    }
}
