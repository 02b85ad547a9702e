import Testing

@testable import Wire

@Suite struct ForwardingTests {
    private let way = Endpoint.Way(forwarder: 61, place: 30)

    private func message(_ count: Int, first: UInt8 = 1) -> [UInt8] {
        [first] + (1..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    }

    private func plaintext(_ part: ForwardedPacket.Part, of message: [UInt8]) -> [UInt8]? {
        ForwardedPart(part, of: message.span, along: way).map { made in
            (0..<made.count).map { made.bytes[$0] }
        }
    }

    @Test func aMessageThatFitsTravelsWhole() {
        for count in [56, 96, 1188, ForwardedPacket.room] {
            let whole = message(count)
            let padding = [UInt8](repeating: 0, count: max(0, 62 - count))
            #expect(plaintext(.whole, of: whole) == [0, 0] + whole + padding)
            #expect(plaintext(.first, of: whole) == nil && plaintext(.rest, of: whole) == nil)
        }
    }

    @Test func onlyM1TravelsInTwoPacketsThatFit() throws {
        let whole = message(HandshakeLayout.Initiation.size)
        #expect(plaintext(.whole, of: whole) == nil)
        let first = try #require(plaintext(.first, of: whole))
        let rest = try #require(plaintext(.rest, of: whole))
        #expect(first.count == PacketLayout.plaintextMax)
        #expect(rest.count == PacketLayout.plaintextMin)
        #expect(Array(first.prefix(2)) == [1, whole[7]] && Array(rest.prefix(2)) == [2, whole[7]])
        #expect(Array(first.dropFirst(2) + rest.dropFirst(2)).prefix(whole.count) == whole[...])
    }

    @Test func theFirstByteOfAWholeDatagramTellsDataFromHandshakes() {
        func holds(_ bytes: [UInt8]) -> Bool { ForwardedPacket.holdsData(bytes.span) }
        let rest = [UInt8](repeating: 9, count: 90)
        #expect(holds([0, 0, 0x10] + rest))
        #expect(!holds([0, 0, 0x0F] + rest))
        #expect(!holds([2, 0, 0x10] + rest) && !holds([3, 0, 0x10] + rest))
        #expect(!holds([0, 0]) && !holds([]))
    }

    @Test func aWayIsNoAddressOfANetwork() {
        let endpoint = Endpoint(way)
        #expect(endpoint.way == way && !endpoint.isOfOneHost && !endpoint.isIPv4)
        let real = Endpoint(high: endpoint.high, low: endpoint.low, port: endpoint.port)
        #expect(real.way == nil && real != endpoint)
        #expect(Endpoint(Endpoint.Way(forwarder: 60, place: 30)) != endpoint)
        #expect(Endpoint(Endpoint.Way(forwarder: 61, place: 29)) != endpoint)
    }
}
