import Testing
import Vectors
import Wire

private func parse(_ message: [UInt8]) -> HandshakeHeader? {
    HandshakeHeader(parsing: message.span)
}

@Suite struct HandshakeHeaderTests {
    /// One good message of each kind and its header.
    static let good: [(message: [UInt8], header: HandshakeHeader)] = {
        let headers: [HandshakeHeader] = [
            .init(.initiation, suite: 1, sender: 0xA1A2_A3A4),
            .init(.initiation, suite: 2, sender: 0x1000_0000, isCookieKeyed: true),
            .init(.response, suite: 1, sender: 0xB1B2_B3B4, receiver: 0xA1A2_A3A4),
            .init(.finish, suite: 2, receiver: 0xB1B2_B3B4),
            .init(.cookieReply, suite: 1, receiver: 0xFFFF_FFFF),
        ]
        return headers.map { header in
            var message = [UInt8](repeating: 0x5A, count: header.kind.messageSize)
            var span = message.mutableSpan
            header.write(into: &span)
            return (message, header)
        }
    }()

    @Test func readsTheMessagesOfTheVectors() throws {
        let handshakes = try #require(vectors.root["handshake"] as? [[String: Any]])
        #expect(handshakes.count == 2)
        for handshake in handshakes {
            let suite = handshake.uint8("suite")
            let wanted: [(String, HandshakeHeader)] = [
                ("m1", .init(.initiation, suite: suite, sender: 0xA1A2_A3A4)),
                ("m2", .init(.response, suite: suite, sender: 0xB1B2_B3B4, receiver: 0xA1A2_A3A4)),
                ("m3", .init(.finish, suite: suite, receiver: 0xB1B2_B3B4)),
                ("cookie_reply", .init(.cookieReply, suite: suite, receiver: 0xA1A2_A3A4)),
            ]
            for (name, header) in wanted {
                var message = bytes(hex: handshake[name])
                #expect(parse(message) == header)
                let original = message
                for index in 0..<header.kind.headerSize { message[index] = 0 }
                var span = message.mutableSpan
                header.write(into: &span)
                #expect(message == original)
            }
        }
    }

    @Test func refusesTheHeadersTheVectorsRefuse() throws {
        let refused = try #require(vectors.root["refuse"] as? [[String: Any]])
        let byHeader: Set<String> = [
            "type 5", "type 1", "version 2", "suite 3", "flag bit 1", "index below 0x10",
            "one byte short",
            "one byte long", "byte 3", "sender index below 0x10",
        ]
        var count = 0
        for item in refused where byHeader.contains(item["why"] as? String ?? "") {
            count += 1
            #expect(parse(bytes(hex: item["message"])) == nil)
        }
        #expect(count == 22)
    }

    @Test func anotherLengthIsRefused() {
        for (message, _) in Self.good {
            #expect(parse([UInt8](message.dropLast())) == nil)
            #expect(parse((message + [0])) == nil)
        }
        #expect(parse([UInt8]()) == nil)
    }

    @Test func everyOtherValueOfTheFixedBytesIsRefused() {
        for (message, header) in Self.good {
            for index in 0..<4 {
                for value in UInt8.min ... .max where value != message[index] {
                    var other = message
                    other[index] = value
                    guard let found = parse(other) else { continue }
                    // What remains legal: the other suite, and M1's cookie flag.
                    let isSuite = index == 2 && (1...2).contains(value)
                    let isFlag = index == 3 && header.kind == .initiation && value <= 1
                    #expect(isSuite || isFlag, "byte \(index) = \(value)")
                    #expect(found.kind == header.kind)
                }
            }
        }
    }

    @Test func anIndexThatLooksLikeAHandshakeIsRefused() {
        for (message, header) in Self.good {
            for at in stride(from: 4, to: header.kind.headerSize, by: 4) {
                for first in UInt8.min ... .max {
                    var other = message
                    other[at] = first
                    let isRead = parse(other) != nil
                    #expect(isRead == (first >= 0x10))
                }
            }
        }
    }
}
