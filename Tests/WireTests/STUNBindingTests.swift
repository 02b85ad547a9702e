import Seeds
import Testing
import Wire

@Suite struct STUNBindingTests {
    /// The transaction of the samples of RFC 5769.
    private static let transaction: [UInt8] = [
        0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    ]

    private let binding = STUNBinding { span in
        for place in span.indices { span[place] = Self.transaction[place] }
    }

    /// The address of RFC 5769 §2.2, 192.0.2.1 port 32853, after another attribute of an odd size.
    private var answer: [UInt8] {
        [0x01, 0x01, 0x00, 0x1c, 0x21, 0x12, 0xa4, 0x42] + Self.transaction + [
            0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f,
            0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
        ]
    }

    private func mapped(_ answer: [UInt8], _ binding: STUNBinding) -> Endpoint? {
        binding.mapped(in: answer.span)
    }

    private func isAnswer(_ datagram: [UInt8]) -> Bool { STUNBinding.isAnswer(datagram.span) }

    @Test func theQuestionIsAHeaderAlone() {
        #expect(
            binding.request == [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42] + Self.transaction)
        #expect(!isAnswer(binding.request))
    }

    @Test func theAnswerGivesTheAddress() {
        #expect(isAnswer(answer))
        let mapped = Endpoint(high: 0, low: 0xFFFF_C000_0201, port: 32853)
        #expect(self.mapped(answer, binding) == mapped)
    }

    @Test func anAnswerToAnotherQuestionIsNone() {
        let other = STUNBinding { span in span[0] = 1 }
        #expect(mapped(answer, other) == nil)
        #expect(other != binding)
    }

    @Test func whatIsCutOrChangedReachesNoTrap() {
        for size in answer.indices {
            #expect(mapped(Array(answer.prefix(size)), binding) == nil)
        }
        var generator = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            var changed = answer
            for _ in 0..<3 {
                changed[Int(generator.next() % UInt64(changed.count))] = UInt8(
                    truncatingIfNeeded: generator.next() >> 30)
            }
            _ = mapped(changed, binding)
        }
    }

    @Test func noAddressOfIPv6AndNoOtherAttributeIsTaken() {
        var ipv6 = answer
        ipv6[41] = 2
        #expect(mapped(ipv6, binding) == nil)
        var other = answer
        other[37] = 0x21
        #expect(mapped(other, binding) == nil)
    }
}
