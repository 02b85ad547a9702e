import Testing
import Wire

@Suite struct HandshakeLayoutTests {
    @Test func fieldsFillTheMessagesWithoutAGap() {
        let layouts: [(HandshakeHeader.Kind, [Range<Int>], Int)] = [
            (
                .initiation,
                [
                    HandshakeLayout.Initiation.header, HandshakeLayout.Initiation.ephemeral,
                    HandshakeLayout.Initiation.encapsulationKey, HandshakeLayout.Initiation.mac,
                ], HandshakeLayout.Initiation.size
            ),
            (
                .response,
                [
                    HandshakeLayout.Response.header, HandshakeLayout.Response.ephemeral,
                    HandshakeLayout.Response.ciphertext, HandshakeLayout.Response.capabilities,
                    HandshakeLayout.Response.mac,
                ], HandshakeLayout.Response.size
            ),
            (
                .finish,
                [
                    HandshakeLayout.Finish.header, HandshakeLayout.Finish.identity,
                    HandshakeLayout.Finish.capabilities, HandshakeLayout.Finish.mac,
                ], HandshakeLayout.Finish.size
            ),
        ]
        for (kind, fields, size) in layouts {
            #expect(fields[0] == 0..<kind.headerSize)
            for (field, next) in zip(fields, fields.dropFirst()) {
                #expect(field.upperBound == next.lowerBound)
            }
            #expect(fields.last?.upperBound == size)
            #expect(kind.messageSize == size)
        }
    }
}
