import Testing

@testable import Peering

/// Names and their pointers (RFC 1035 §4.1.4).
@Suite struct DNSReaderTests {
    private func name(_ bytes: [UInt8], at place: Int) -> (DNSName?, after: Int) {
        var reader = DNSReader(at: place)
        let name = reader.name(bytes.span)
        return (name, reader.place)
    }

    private let header = [UInt8](repeating: 0, count: 12)

    @Test func aPointerLeadsBackAndReadingGoesOnAfterIt() {
        let bytes = header + [1, 97, 0] + [1, 98, 0xC0, 12, 99]
        #expect(name(bytes, at: 15) == (DNSName("b", "a"), 19))
        #expect(name(bytes, at: 12) == (DNSName("a"), 15))
    }

    @Test func aPointerToItselfForwardOrInACircleIsNoName() {
        #expect(name(header + [0xC0, 12], at: 12).0 == nil)
        #expect(name(header + [0xC0, 14, 1, 97, 0], at: 12).0 == nil)
        // 12 leads to 15 only by way of itself.
        #expect(name(header + [1, 97, 0xC0, 12], at: 12).0 == nil)
        // Two that lead to each other.
        #expect(name(header + [0xC0, 14, 0xC0, 12], at: 14).0 == nil)
        // Into the header, where no name is.
        #expect(name(header + [0xC0, 4], at: 12).0 == nil)
        // Backwards by one label each time, through labels that lead forward again.
        #expect(name(header + [3, 97, 97, 97, 0xC0, 12, 0], at: 16).0 == nil)
    }

    @Test func aNameMayHave255BytesAndALabel63() {
        let label = [UInt8](repeating: 97, count: 63)
        func labels(_ counts: [Int]) -> [UInt8] {
            bytes(header, counts.flatMap { [UInt8($0)] + Array(label.prefix($0)) }, [0])
        }
        #expect(name(labels([63, 63, 63, 61]), at: 12).0?.bytes.count == 255)
        #expect(name(labels([63, 63, 63, 62]), at: 12).0 == nil)
        #expect(name(bytes(header, [64], label, [97, 0]), at: 12).0 == nil)
        // Nor by pointers to what has been said before.
        let long = bytes(labels([63, 63, 63]), [63], label, [0xC0, 12])
        #expect(name(long, at: 12 + 193).0 == nil)
    }

    @Test(arguments: [0x40, 0x41, 0x80, 0xBF]) func theOtherKindsOfLengthAreNoNames(length: UInt8) {
        #expect(name(header + [length, 97, 0], at: 12).0 == nil)
    }
}
