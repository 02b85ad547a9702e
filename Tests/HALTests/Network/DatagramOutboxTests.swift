import CLoopback
import HAL
import Testing

@Suite struct DatagramOutboxTests {
    /// Writes a datagram of so many bytes, all of them `byte`.
    private func lay(
        _ size: Int, of byte: UInt8, to address: SocketAddress, tag: Int,
        into outbox: inout DatagramOutbox
    ) -> Bool {
        var room = outbox.next
        for place in 0..<size { room[place] = byte }
        return outbox.append(size: size, to: address, tag: tag)
    }

    @Test func eachArrivesWholeAndInOrderAndIsToldByItsTag() throws {
        let pair = try localSockets()
        let target = try address("127.0.0.1", pair.data.local.port)
        var outbox = try DatagramOutbox(for: pair.handshake)
        var inbox = try DatagramInbox()
        // Twice, because sending makes room.
        for _ in 0..<2 {
            for number in 0..<DatagramOutbox.capacity {
                let isTaken = lay(
                    87 + number, of: UInt8(0x40 + number), to: target, tag: 100 + number,
                    into: &outbox)
                #expect(isTaken)
            }
            let isFull = outbox.isFull
            #expect(isFull)
            pair.handshake.send(&outbox)
            #expect(loopback_settle() == 0)
            let sent = outbox.count
            #expect(sent == DatagramOutbox.capacity)
            for place in 0..<sent {
                let one = outbox[place]
                #expect(one.result == .sent && one.tag == 100 + place)
                #expect(one.bytes == 87 + place + 28, "headers and all")
            }
            var number = 0
            while number < sent {
                pair.data.receive(into: &inbox)
                let came = inbox.count
                try #require(came > 0)
                for place in 0..<came {
                    let bytes = inbox.bytes(of: place)
                    let (size, first, last) = (bytes.count, bytes[0], bytes[bytes.count - 1])
                    #expect(size == 87 + number)
                    #expect(first == UInt8(0x40 + number) && last == first)
                    number += 1
                }
            }
        }
        pair.handshake.send(&outbox)
        #expect(outbox.count == 0, "nothing is sent twice")
    }

    /// No datagram can be sent to port 0.
    @Test func oneThatCannotBeSentKeepsNoOtherBack() throws {
        let pair = try localSockets()
        let target = try address("127.0.0.1", pair.data.local.port)
        let nowhere = try address("127.0.0.1", 0)
        var outbox = try DatagramOutbox(for: pair.handshake)
        let bad: Set = [0, 3, 4, 7]
        for tag in 0..<8 {
            let isTaken = lay(
                64, of: UInt8(0x40 + tag), to: bad.contains(tag) ? nowhere : target, tag: tag,
                into: &outbox)
            #expect(isTaken)
        }
        pair.handshake.send(&outbox)
        #expect(loopback_settle() == 0)
        let count = outbox.count
        try #require(count == 8)
        for place in 0..<8 {
            let one = outbox[place]
            #expect((one.result == .sent) == !bad.contains(place) && one.tag == place)
        }
        var inbox = try DatagramInbox()
        pair.data.receive(into: &inbox)
        #expect(inbox.count == 4)
    }

    @Test func thereIsAlwaysRoomForTheLongestUntilItIsFull() throws {
        let pair = try localSockets()
        let target = try address("127.0.0.1", pair.data.local.port)
        var outbox = try DatagramOutbox(for: pair.handshake)
        var laid = 0
        var isFull = false
        while !isFull {
            let isTaken = lay(
                DatagramOutbox.room, of: UInt8(0x40 + laid), to: target, tag: laid, into: &outbox)
            #expect(isTaken)
            laid += 1
            isFull = outbox.isFull
        }
        #expect(laid >= 2)
        pair.handshake.send(&outbox)
        #expect(loopback_settle() == 0)
        var inbox = try DatagramInbox()
        pair.data.receive(into: &inbox)
        let came = inbox.count
        #expect(came == laid)
        for place in 0..<came {
            let bytes = inbox.bytes(of: place)
            let (size, last) = (bytes.count, bytes[bytes.count - 1])
            #expect(size == DatagramOutbox.room && last == UInt8(0x40 + place))
        }
    }

    @Test func anAddressOfTheOtherFamilyIsRefused() throws {
        let pair = try localSockets()
        let other = try address("::1", 9)
        var outbox = try DatagramOutbox(for: pair.handshake)
        #expect(lay(64, of: 7, to: other, tag: 0, into: &outbox) == false)
        pair.handshake.send(&outbox)
        let count = outbox.count
        #expect(count == 0)
    }
}
